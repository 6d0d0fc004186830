import {
  allowedCommands,
  dialectOf,
  parseUserLine,
  printKeyPattern,
  type AclContext,
  type AclCommand,
  type AclUser,
  type CommandTable,
} from '../../lang/acl/index.ts';
import { abilitiesOf, subcommandsThatCount, type AbilityContext, type CommandTraits } from '../abilities.ts';
import type { Capability, Grant, Identity, UserFacts } from '../../model/index.ts';

const touchesKeys = ({ firstKey, keySpecs, flags, categories }: AclCommand): boolean =>
  firstKey !== 0 || keySpecs.length > 0 || flags.includes('movablekeys') || categories.includes('keyspace');

/** What a command does to data, by the flags that this server gives it. */
export function traitsOf(table: CommandTable): (name: string) => CommandTraits {
  const byName = new Map(table.commands.map((command) => [command.name.toLowerCase(), command]));
  return (name) => {
    const command = byName.get(name);
    if (!command || !touchesKeys(command)) return { name, reads: false, writes: false };
    return { name, reads: command.flags.includes('readonly'), writes: command.flags.includes('write') };
  };
}

/** Before 7.0 a table lists containers only: then whoever has the container has its parts. */
export function withSubcommands(names: ReadonlySet<string>, table: CommandTable): ReadonlySet<string> {
  if (table.commands.some(({ parent }) => parent !== undefined)) return names;
  return new Set([
    ...names,
    ...subcommandsThatCount.filter((name) => names.has(name.split('|', 1)[0] ?? '')),
  ]);
}

/** What the rules of a user come to, so that two ways to write the same are seen as the same. */
export function permissionsOf(user: UserFacts, table: CommandTable, identity: Identity): string | undefined {
  const acl = asAclUser(user, table, identity);
  if (!acl) return undefined;
  const selectors = acl.selectors.map(
    ({ allKeys, keyPatterns, allChannels, channels, databases, allDatabases }) => [
      allKeys || keyPatterns.map(({ pattern, read, write }) => `${read}${write}${pattern}`).toSorted(),
      allChannels || channels.toSorted(),
      allDatabases || databases,
    ],
  );
  return JSON.stringify([[...allowedCommands(acl, table)].toSorted(), selectors]);
}

/** The dialect that the rules were written for: the server's own. Forks without one of ours are read as the newest. */
function dialects({
  product,
  version,
  range,
  assumed,
}: Identity): readonly Pick<AclContext, 'product' | 'version'>[] {
  const newestOf = {
    product: product === 'valkey' ? 'valkey' : 'redis',
    version: product === 'valkey' ? '9.1.2' : '8.8.0',
  };
  const own = version ?? range?.to ?? assumed;
  const ours = product === 'redis' || product === 'valkey' || product === 'keydb';
  // What a server printed is read somehow, also where its version was invented.
  return own !== undefined && ours ? [{ product, version: own }, newestOf] : [newestOf];
}

function asAclUser(user: UserFacts, table: CommandTable, identity: Identity): AclUser | undefined {
  const line = ['user', user.name, ...user.rules].join(' ');
  for (const dialect of dialects(identity)) {
    const { user: read } = parseUserLine(line, { ...dialect, commands: table, source: 'acl-list' });
    // Before 6.2 there are no channel rules, and everybody has every channel.
    if (read) return dialectOf(dialect).channels ? read : withAllChannels(read);
  }
  return undefined;
}

const withAllChannels = (user: AclUser): AclUser => {
  const [root, ...more] = user.selectors;
  return { ...user, selectors: [{ ...root, allChannels: true }, ...more] };
};

/** What each user may do here; a user whose rules cannot be read is left out, and said so by the caller. */
export function deriveGrants(
  users: readonly UserFacts[],
  table: CommandTable,
  identity: Identity,
  context: AbilityContext,
): { readonly grants: readonly Grant[]; readonly unread: readonly string[] } {
  const unread: string[] = [];
  const grants = users.flatMap((user): readonly Grant[] => {
    const acl = asAclUser(user, table, identity);
    if (!acl) {
      unread.push(user.name);
      return [];
    }
    const commands = withSubcommands(allowedCommands(acl, table), table);
    const can: Partial<Record<Capability, string[]>> = {};
    const allKeys = acl.selectors.some(
      (selector) => selector.allKeys || selector.keyPatterns.some(({ pattern }) => pattern === '*'),
    );
    const keys = acl.selectors.flatMap(({ keyPatterns }) => keyPatterns.map(printKeyPattern));
    for (const ability of abilitiesOf(commands, context, allKeys ? undefined : keys))
      (can[ability.can] ??= []).push(ability.by);
    return [
      {
        user: user.name,
        enabled: user.enabled,
        commands: [...commands],
        allKeys,
        keys,
        allChannels: acl.selectors.some(({ allChannels, channels }) => allChannels || channels.includes('*')),
        can,
      },
    ];
  });
  return { grants, unread };
}
