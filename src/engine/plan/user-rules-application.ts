/**
 * What the user of the applications may do. Where the server has counted for long enough which commands are used, it is
 * a list of what is allowed: reading, writing, and what was ever called. Else it is everything without administration,
 * so that nobody is locked out by what we could not know.
 */
import type { CommandUse, PolicyName, Risk } from '../../model/index.ts';
import type { Situation } from './scene.ts';
import { allowedTo, changedUser, everyChannel, freshUser, isModern, mayRun } from './user-rules.ts';
import { clientParts, clusterParts } from './user-rules-seen.ts';

/** Rules to begin with, and the commands that have to be allowed after them. */
export interface Rights {
  readonly base: readonly string[];
  readonly wanted: readonly string[];
  readonly risk?: Risk;
}

/** What client libraries send when they connect, or to learn what they talk to. Harmless, whoever sends it. */
const greetings = [
  ...'hello ping echo select reset quit time dbsize info wait waitaof readonly readwrite asking'.split(' '),
  'command',
  'command|count',
  'command|docs',
  'command|info',
  'command|list',
  ...clientParts,
  // A server that is no cluster says so, and libraries wait for that answer.
  ...clusterParts,
];

/** Whoever sends one of these sends the others on a bad day: EVAL and SCRIPT LOAD where EVALSHA finds no script. */
const twins: readonly (readonly string[])[] = [
  ['eval', 'evalsha', 'eval_ro', 'evalsha_ro', 'script|load', 'script|exists', 'script'],
  ['fcall', 'fcall_ro'],
];

/** What is installed once, by whoever runs the server, and not by an application at work. */
const installing =
  'function|load function|delete function|flush function|restore script|flush script|kill'.split(' ');

/** Sent between servers, or by tools that move keys between them; their categories do not say so. */
const ofServers = new Set(['migrate', 'restore-asking', 'trimslots', 'keydb.mvccrestore', 'replconf']);

/** Of the commands that were used, those that are no administration: an application may have sent them. */
export function usedByApplications(node: Situation, use: CommandUse | undefined): readonly string[] {
  const categories = new Map(
    node.commands?.commands.map((command) => [command.name.toLowerCase(), command.categories]),
  );
  // Before 7.0 a part is what its container is.
  const isAdministration = (name: string): boolean =>
    (categories.get(name) ?? categories.get(name.split('|', 1)[0] ?? name))?.includes('admin') === true;
  return use?.commands.filter((name) => !isAdministration(name) && !ofServers.has(name)) ?? [];
}

/**
 * What was used on any of these servers, which know the same users, counted for as long as on the one that has counted
 * shortest; `undefined` where one of them does not tell: who is served by it is not known then.
 */
export function useOf(nodes: readonly Situation[]): CommandUse | undefined {
  const uses = nodes.map(({ census }) => census?.used);
  const known = uses.filter((use) => use !== undefined);
  if (known.length === 0 || known.length < uses.length) return undefined;
  return {
    commands: [...new Set(known.flatMap(({ commands }) => commands))].toSorted(),
    seconds: Math.min(...known.map(({ seconds }) => seconds)),
  };
}

const day = 86_400;

/** How long must have been counted before what was not seen is denied. */
const enough: Readonly<Record<PolicyName, number>> = { essential: Infinity, recommended: day, strict: 0 };

export interface Applications {
  readonly policy: PolicyName;
  readonly use: CommandUse | undefined;
  /** Last commands of the clients that were seen. */
  readonly seen: readonly string[];
}

export function rightsOfApplications(node: Situation, { policy, use, seen }: Applications): Rights {
  const used = [...usedByApplications(node, use), ...seen];
  const listed = use !== undefined && use.seconds >= enough[policy];
  const base = [
    '~*',
    ...everyChannel(node),
    ...(listed ? ['-@all', '+@read', '+@write', '+@connection', '+@transaction', '+@pubsub'] : ['+@all']),
    '-@admin',
    '-@dangerous',
  ];
  const without = use === undefined || policy === 'essential' ? [] : neverInstalled(node, base, used);
  return {
    base: [...base, ...without],
    wanted: [
      ...greetings,
      ...used,
      ...twins.flatMap((same) => (same.some((name) => used.includes(name)) ? same : [])),
      ...(without.includes('-script') ? ['script|load', 'script|exists'] : []),
    ],
    ...(listed ? { risk: { level: 'refuses', why: unseen(use.seconds) } } : {}),
  };
}

/** Before 7.0 no rule takes a part of a container, and the server counts the container as one. */
function neverInstalled(
  node: Situation,
  base: readonly string[],
  used: readonly string[],
): readonly string[] {
  const fresh = freshUser(node, 'app');
  const begun = fresh && changedUser(node, fresh, base);
  if (!begun || 'refused' in begun) return [];
  const allowed = allowedTo(node, begun.user);
  const whole = isModern(node) ? installing : ['script'];
  return whole
    .filter((command) => mayRun(allowed, command) && allowed.includes(command) && !used.includes(command))
    .map((command) => `-${command}`);
}

const unseen = (seconds: number): string =>
  seconds === 0
    ? 'commands that nobody has sent since the server began to count them, and nobody knows when that was'
    : `commands that nobody has sent in the ${durationOf(seconds)} for which the server has counted them`;

const units = [
  [day, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** Two of the largest unit or more, rounded down: `47 hours`, `2 days`. */
export function durationOf(seconds: number): string {
  const [length, name] = units.find(([unit]) => seconds >= 2 * unit) ?? [1, 'second'];
  const count = Math.floor(seconds / length);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
