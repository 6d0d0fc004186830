import {
  allowedCommands,
  dialectOf,
  parseUserLine,
  printKeyPattern,
  type AclContext,
  type AclSelector,
  type AclUser,
  type CommandTable,
} from '../../lang/acl/index.ts';
import { abilitiesOf, contextKey, type Ability, type AbilityContext, type Scope } from '../abilities.ts';
import { createMemories } from '../remembered.ts';
import { subcommandsThatCount } from '../worth.ts';
import type { Capability, Grant, Identity, UserFacts } from '../../model/index.ts';

/** Before 7.0 a table lists containers only: then whoever has the container has its parts. */
export function withSubcommands(names: ReadonlySet<string>, table: CommandTable): ReadonlySet<string> {
  if (table.commands.some(({ parent }) => parent !== undefined)) return names;
  return new Set([
    ...names,
    ...subcommandsThatCount.filter((name) => names.has(name.split('|', 1)[0] ?? '')),
  ]);
}

/** What the rules of a user come to, so that two ways to write the same are seen as the same. */
export function permissionsOf(
  user: UserFacts,
  table: CommandTable,
  identity: Identity,
  channels?: ChannelDefault,
): string | undefined {
  const acl = asAclUser(user, table, identity, channels);
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

/** `acl-pubsub-default`: what a user has whose rules name no channel. */
export type ChannelDefault = NonNullable<AclContext['pubsubDefault']>;

/** Its value in settings, whatever they are of; `undefined` leaves it to the version. */
export const channelDefault = (value: unknown): ChannelDefault | undefined =>
  value === 'allchannels' || value === 'resetchannels' ? value : undefined;

function asAclUser(
  user: UserFacts,
  table: CommandTable,
  identity: Identity,
  channels?: ChannelDefault,
): AclUser | undefined {
  const line = ['user', user.name, ...user.rules].join(' ');
  for (const dialect of dialects(identity)) {
    const { user: read } = parseUserLine(line, {
      ...dialect,
      commands: table,
      source: 'acl-list',
      ...(channels ? { pubsubDefault: channels } : {}),
    });
    // Before 6.2 there are no channel rules, and everybody has every channel.
    if (read) return dialectOf(dialect).channels ? read : withAllChannels(read);
  }
  return undefined;
}

const withAllChannels = (user: AclUser): AclUser => {
  const [root, ...more] = user.selectors;
  return { ...user, selectors: [{ ...root, allChannels: true }, ...more] };
};

function scopeOf(selector: AclSelector, acl: AclUser, table: CommandTable): Scope {
  const { allKeys, keyPatterns, allChannels, channels, allDatabases, databases } = selector;
  return {
    commands: withSubcommands(allowedCommands({ ...acl, selectors: [selector] }, table), table),
    allKeys,
    keys: keyPatterns,
    allChannels: allChannels || channels.some((channel) => /^\*+$/.test(channel)),
    databases: allDatabases ? 'all' : databases.length > 0 ? 'some' : 'none',
  };
}

const isEverything = ({ allKeys, keyPatterns }: AclSelector): boolean =>
  allKeys || keyPatterns.some(({ pattern, read, write }) => read && write && /^\*+$/.test(pattern));

export interface UserGrants {
  readonly grants: readonly Grant[];
  readonly abilities: ReadonlyMap<string, readonly Ability[]>;
  /** Users whose rules cannot be read: nothing is known of what they may do. */
  readonly unread: readonly string[];
}

/** What one user may do; `unread` where the rules cannot be read. */
type Held = { readonly grant: Grant; readonly abilities: readonly Ability[] } | 'unread';

// What commands do with data is read off one table, and kept with it: servers that are alike have it in common.
const memories = createMemories<{ readonly held: Held }>();

function heldBy(
  user: UserFacts,
  table: CommandTable,
  identity: Identity,
  context: AbilityContext,
  channels: ChannelDefault | undefined,
): Held {
  const acl = asAclUser(user, table, identity, channels);
  if (!acl) return 'unread';
  const scopes = acl.selectors.map((selector) => scopeOf(selector, acl, table));
  const abilities = abilitiesOf(scopes, context);
  const can: Partial<Record<Capability, string[]>> = {};
  for (const ability of abilities) (can[ability.can] ??= []).push(ability.by);
  const grant: Grant = {
    user: user.name,
    enabled: user.enabled,
    commands: [...new Set(scopes.flatMap(({ commands }) => [...commands]))],
    allKeys: acl.selectors.some(isEverything),
    keys: acl.selectors.flatMap(({ keyPatterns }) => keyPatterns.map(printKeyPattern)),
    allChannels: scopes.some(({ allChannels }) => allChannels),
    can,
  };
  return { grant, abilities };
}

/** What each user may do here, in a context of that very table; a user whose rules cannot be read is left out, and said so by the caller. */
export function deriveGrants(
  users: readonly UserFacts[],
  table: CommandTable,
  identity: Identity,
  context: AbilityContext,
): UserGrants {
  const channels = channelDefault(context.settings['acl-pubsub-default']?.value);
  const remembered = memories(context.traits);
  const { product, version, range, assumed } = identity;
  const where = JSON.stringify([product, version, range, assumed, channels]);
  const common = `${where} ${contextKey(context)}`;
  const unread: string[] = [];
  const abilities = new Map<string, readonly Ability[]>();
  const grants = users.flatMap((user): readonly Grant[] => {
    const key = `${common} ${JSON.stringify([user.name, user.enabled, user.rules])}`;
    const { held } = remembered(key, () => ({ held: heldBy(user, table, identity, context, channels) }));
    if (held === 'unread') {
      unread.push(user.name);
      return [];
    }
    abilities.set(user.name, held.abilities);
    return [held.grant];
  });
  return { grants, abilities, unread };
}
