import { bundledCommands, type CommandTable } from '../../lang/acl/index.ts';
import { known, unknown, type Collected, type Fact, type Identity, type View } from '../../model/index.ts';
import { branchAtLeast } from '../branch.ts';
import type { AbilityContext } from '../abilities.ts';
import { newest } from './from-files.ts';
import { traitsOf } from './grants.ts';

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

/** What the server can be asked: its own COMMAND, else the table that was recorded of the nearest version. */
export async function deriveCommands(
  { commandReply }: Collected,
  identity: Fact<Identity>,
): Promise<Fact<CommandTable>> {
  if (commandReply.known) return known(ofServer(commandReply.value, identity), commandReply.source);
  if (!identity.known) return unknown(commandReply.why, commandReply.detail);
  const { product, version, range, mode, assumed } = identity.value;
  if (mode === 'sentinel') {
    return unknown(commandReply.why, 'a Sentinel has commands of its own, and this one did not list them');
  }
  const served = product === 'valkey' || product === 'keydb' ? product : 'redis';
  const wanted = version ?? range?.to ?? assumed ?? newest[served];
  const table = await bundledCommands(served, wanted);
  return known(table, `the commands of ${served} ${wanted}, as recorded`);
}

/** What decides what a command is good for on this server. */
export function abilityContext(
  identity: Identity,
  settings: View['settings'],
  table: CommandTable,
): AbilityContext {
  const fork =
    identity.product === 'dragonfly' || identity.product === 'garnet' || identity.product === 'kvrocks';
  return {
    settings: settings.known ? settings.value : {},
    hasSwitches: fork || branchAtLeast(identity, '7.0'),
    hasModules: !fork && branchAtLeast(identity, '4.0'),
    traits: traitsOf(table),
  };
}
