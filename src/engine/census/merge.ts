/**
 * Many looks at CLIENT LIST become one census. What is kept grows neither with the time nor with the number of clients:
 * where there are too many groups, they are told apart by less.
 */
import type { Census, ClientGroup, ClientLook, CommandUse, SeenClient } from '../../model/index.ts';
import { kindOf, measures, works } from './client-kind.ts';
import { doubtsOf } from './doubts.ts';
import type { Tally } from './tally.ts';

const mostGroups = 1000;
const mostWords = 300;

/** Every address, every user; no server prints this for one. */
const any = '*';

/** What groups are told apart by, the finest first. */
const distinctions: readonly ((group: ClientGroup) => Partial<ClientGroup>)[] = [
  ({ user, address, to, library }) => ({
    user,
    address,
    ...(to ? { to } : {}),
    ...(library === undefined ? {} : { library }),
  }),
  ({ user, address, to }) => ({ user, address, ...(to ? { to } : {}) }),
  ({ user, to }) => ({ user, ...(to ? { to } : {}) }),
  () => ({}),
];

function coarser(group: ClientGroup, coarseness: number): ClientGroup {
  const { kind, connections, commands, databases } = group;
  return {
    user: any,
    address: any,
    ...distinctions[coarseness]?.(group),
    kind,
    connections,
    commands,
    databases,
  };
}

const greeting = /^(auth|hello|client|client\|set(name|info)|command|readonly)$/;

/** Connected within this second, and has not done anything: neither its user nor its library is what it will be. */
const arrives = ({ ageSeconds, command }: SeenClient): boolean =>
  ageSeconds !== undefined && ageSeconds <= 1 && (command === undefined || greeting.test(command));

/** One more look. */
export function addLook(tally: Tally, look: ClientLook): Tally {
  if (look.why !== undefined) return { ...tally, why: look.why };
  const present = new Set(look.clients.map(({ key }) => key));
  const arriving = new Set(look.clients.filter(arrives).map(({ key }) => key));
  const settled = look.clients.filter(({ key }) => !arriving.has(key));
  const { groups, coarseness } = gather(tally, settled.map(groupOf));
  const { received } = look;
  return {
    ...tally,
    looks: tally.looks + 1,
    groups,
    coarseness,
    present,
    arriving,
    came: tally.looks === 0 ? 0 : tally.came + [...present].filter((key) => !tally.present.has(key)).length,
    unknown: tally.unknown + [...tally.arriving].filter((key) => !present.has(key)).length,
    ...usedSoFar(tally.used, look.used),
    usersTold: tally.usersTold && settled.every(({ user }) => user !== undefined),
    ...(received === undefined
      ? {}
      : { received: { first: tally.received?.first ?? received, last: received } }),
  };
}

/** Counters only grow; where they are fewer than before, they were set to nothing in between. */
function usedSoFar(
  before: CommandUse | undefined,
  now: CommandUse | undefined,
): { readonly used?: CommandUse } {
  if (before === undefined || now === undefined) return now ? { used: now } : {};
  const present = new Set(now.commands);
  const lost = before.commands.some((command) => !present.has(command));
  return {
    used: {
      commands: [...new Set([...before.commands, ...now.commands])].toSorted(),
      seconds: lost || before.seconds === 0 ? 0 : now.seconds,
    },
  };
}

const groupOf = (client: SeenClient): ClientGroup => {
  const library = client.library ?? client.name;
  return {
    user: client.user ?? 'default',
    address: client.address,
    ...(client.to ? { to: client.to } : {}),
    ...(library === undefined ? {} : { library }),
    kind: kindOf(client),
    connections: 1,
    commands: client.command === undefined ? [] : [client.command],
    databases: client.database === undefined ? [] : [client.database],
  };
};

const keyOf = ({ user, address, to, library, kind }: ClientGroup): string =>
  JSON.stringify([user, address, to?.address, to?.port, library, kind]);

/** Groups of one look are added up; beside those of the looks before, the greater number counts. */
function gather(
  before: Pick<Tally, 'groups' | 'coarseness'>,
  seen: readonly ClientGroup[],
): Pick<Tally, 'groups' | 'coarseness'> {
  for (let coarseness = before.coarseness; ; coarseness++) {
    const coarse = (group: ClientGroup): ClientGroup => coarser(group, coarseness);
    const earlier = together([...before.groups.values()].map(coarse), (a, b) => a + b);
    const now = together(seen.map(coarse), (a, b) => a + b);
    const groups = together([...earlier.values(), ...now.values()], Math.max);
    if (groups.size <= mostGroups || coarseness === distinctions.length - 1) return { groups, coarseness };
  }
}

/** While groups are put together, sets keep it from growing with the square of what is seen. */
interface Growing {
  readonly group: ClientGroup;
  connections: number;
  readonly commands: Set<string>;
  readonly databases: Set<number>;
}

function together(
  groups: readonly ClientGroup[],
  count: (a: number, b: number) => number,
): ReadonlyMap<string, ClientGroup> {
  const growing = new Map<string, Growing>();
  for (const group of groups) {
    const key = keyOf(group);
    const found = growing.get(key);
    if (found) found.connections = count(found.connections, group.connections);
    const into = found ?? {
      group,
      connections: group.connections,
      commands: new Set<string>(),
      databases: new Set<number>(),
    };
    growing.set(key, into);
    for (const command of group.commands) if (into.commands.size < mostWords) into.commands.add(command);
    for (const database of group.databases) if (into.databases.size < mostWords) into.databases.add(database);
  }
  return new Map(
    [...growing].map(([key, { group, connections, commands, databases }]) => [
      key,
      { ...group, connections, commands: [...commands], databases: [...databases] },
    ]),
  );
}

/** What it does says more than what it calls itself. */
function settledKind({ kind, commands }: ClientGroup): ClientGroup['kind'] {
  if (kind === 'client') return measures(commands) ? 'exporter' : kind;
  return kind === 'exporter' && works(commands) ? 'client' : kind;
}

/** What was seen, in an order that does not change from run to run. `seconds`: how long was looked. */
export function censusOf(tally: Tally, node: string, seconds: number): Census {
  const groups = [...tally.groups.values()].map((group): ClientGroup => ({
    ...group,
    kind: settledKind(group),
    commands: group.commands.toSorted(),
    databases: group.databases.toSorted((a, b) => a - b),
  }));
  return {
    node,
    seconds,
    looks: tally.looks,
    groups: groups.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    ...(tally.used ? { used: tally.used } : {}),
    doubts: doubtsOf(tally),
  };
}
