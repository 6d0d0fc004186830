import { bundledCommands, type AclCommand, type CommandTable } from '../../lang/acl/index.ts';
import { newestMeasured } from '../../lang/conf/index.ts';
import { known, unknown, type Collected, type Fact, type Identity, type View } from '../../model/index.ts';
import { branchAtLeast } from '../branch.ts';
import type { AbilityContext } from '../abilities.ts';
import { traitsOf } from '../command-traits.ts';

// Tables are looked up through indexes that hang on the object: the same table of the same server is made once.
const named = new WeakMap<CommandTable, Map<string, CommandTable>>();

/** A table that knows whose it is: how keys are found differs between versions. */
function ofServer(table: CommandTable, identity: Fact<Identity>): CommandTable {
  if (!identity.known || identity.value.version === undefined) return table;
  const { product, version } = identity.value;
  const tables = named.get(table) ?? new Map<string, CommandTable>();
  named.set(table, tables);
  const had = tables.get(`${product} ${version}`);
  if (had) return had;
  const made = { ...table, server: { product, version } };
  tables.set(`${product} ${version}`, made);
  return made;
}

// Before 6.2 a Sentinel has no COMMAND. Source: sentinel.c of 5.0.14 and 6.0.20.
const sentinelCommands: ReadonlySet<string> = new Set([
  'auth',
  'client',
  'hello',
  'info',
  'ping',
  'psubscribe',
  'publish',
  'punsubscribe',
  'role',
  'shutdown',
  'subscribe',
  'unsubscribe',
]);

/** What a Sentinel before 6.2 can be asked: few of the server's commands, and SENTINEL. */
function oldSentinel(table: CommandTable): CommandTable {
  const own: AclCommand = {
    name: 'sentinel',
    arity: -2,
    flags: ['admin'],
    firstKey: 0,
    lastKey: 0,
    keyStep: 0,
    categories: ['admin', 'dangerous', 'slow'],
    keySpecs: [],
  };
  const shared = table.commands.filter(({ name }) => sentinelCommands.has(name.toLowerCase()));
  return { ...table, commands: [...shared, own] };
}

/** A recorded table without what the file switches off; a live server leaves that out by itself. */
function withoutDisabled(table: CommandTable, conf: Collected['conf']): CommandTable {
  const off = new Set(
    conf.known ? conf.value.renames.filter(({ to }) => to === '').map(({ from }) => from.toLowerCase()) : [],
  );
  if (off.size === 0) return table;
  const commands = table.commands.filter(
    ({ name, parent }) => !off.has(name.toLowerCase()) && !off.has((parent ?? '').toLowerCase()),
  );
  return { ...table, commands };
}

/** What the server can be asked: its own COMMAND, else the table that was recorded of the nearest version. */
export async function deriveCommands(
  { commandReply, conf }: Collected,
  identity: Fact<Identity>,
): Promise<Fact<CommandTable>> {
  if (commandReply.known) return known(ofServer(commandReply.value, identity), commandReply.source);
  if (!identity.known) return unknown(commandReply.why, commandReply.detail);
  const { product, version, range, mode, assumed } = identity.value;
  if (mode === 'sentinel') {
    if (!version || branchAtLeast(identity.value, '6.2'))
      return unknown(commandReply.why, 'a Sentinel has commands of its own, and this one did not list them');
    return known(
      oldSentinel(await bundledCommands('redis', version)),
      `the commands of a Sentinel ${version}`,
    );
  }
  const served = product === 'valkey' || product === 'keydb' ? product : 'redis';
  const wanted = version ?? range?.to ?? assumed ?? newestMeasured(served);
  const table = withoutDisabled(await bundledCommands(served, wanted), conf);
  return known(table, `the commands of ${served} ${wanted}, as recorded`);
}

// `sentinel deny-scripts-reconfig no` stands in the file only: no command tells it.
const allowsSentinelScripts = ({ conf }: Collected): boolean =>
  conf.known &&
  conf.value.lines.some(({ name, args }) => {
    const [what, value] = args.map((word) => (typeof word === 'string' ? word.toLowerCase() : ''));
    return name === 'sentinel' && what === 'deny-scripts-reconfig' && value === 'no';
  });

/** A replica that takes writes from nobody but its master. */
function isReadOnlyReplica(replication: View['replication'], settings: View['settings']): boolean {
  if (!replication.known || replication.value.role !== 'replica') return false;
  const value = settings.known
    ? (settings.value['replica-read-only'] ?? settings.value['slave-read-only'])?.value
    : undefined;
  return value !== 'no';
}

const askedWith = {
  config: 'config',
  clients: 'client',
  modules: 'module',
  aclUsers: 'acl',
  functions: 'function',
} as const;

/** Commands that this server, asked, did not know by their own names: it has others for them, or none. */
const notByName = (facts: Collected): readonly string[] =>
  Object.entries(askedWith).flatMap(([name, command]) => {
    const fact = facts[name as keyof typeof askedWith];
    return !fact.known && fact.why === 'not-supported' && fact.detail.includes('does not know this command')
      ? [command]
      : [];
  });

export interface AbilityFacts {
  readonly facts: Collected;
  readonly settings: View['settings'];
  readonly replication: View['replication'];
  readonly table: CommandTable;
}

/** What decides what a command is good for on this server. */
export function abilityContext(
  identity: Identity,
  { facts, settings, replication, table }: AbilityFacts,
): AbilityContext {
  const fork =
    identity.product === 'dragonfly' || identity.product === 'garnet' || identity.product === 'kvrocks';
  return {
    settings: settings.known ? settings.value : {},
    settingsKnown: settings.known || fork,
    hasSwitches: fork || branchAtLeast(identity, '7.0'),
    hasModules: !fork && branchAtLeast(identity, '4.0'),
    ...(identity.mode ? { cluster: identity.mode === 'cluster' } : {}),
    readOnlyReplica: isReadOnlyReplica(replication, settings),
    sentinelScripts: allowsSentinelScripts(facts),
    traits: traitsOf(table, branchAtLeast(identity, '6.2')),
    renamed: new Set([
      ...(facts.conf.known
        ? facts.conf.value.renames.filter(({ to }) => to !== '').map(({ from }) => from.toLowerCase())
        : []),
      ...notByName(facts),
    ]),
  };
}
