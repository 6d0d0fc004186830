import {
  reaches,
  severities,
  type Actor,
  type Capability,
  type Exposure,
  type Goal,
  type Health,
  type Identity,
  type Origin,
  type Reason,
  type Severity,
} from '../../model/index.ts';

/** Worst first. */
export const healthOrder: readonly Health[] = ['compromised', 'exposed', 'weak', 'unknown', 'sound'];
export const severityOrder: readonly Severity[] = severities.toReversed();

/** One word a column of the exposure table, five letters where it can be. */
export const columns: Readonly<Record<Capability, string>> = {
  read: 'read',
  write: 'write',
  destroy: 'empty',
  copy: 'copy',
  control: 'control',
  execute: 'code',
  stop: 'stop',
  observe: 'watch',
  reach: 'reach',
};

/** What is done to the server, after "can". */
const doings: Readonly<Record<Capability, string>> = {
  read: 'read its data',
  write: 'change its data',
  destroy: 'empty it',
  copy: 'copy it whole',
  control: 'take it over',
  execute: 'run code on its host',
  stop: 'stop it',
  observe: 'watch its other clients',
  reach: 'make it connect elsewhere',
};

/** The worst first: what a verdict names when it has room for four. */
const worst: readonly Capability[] = [
  'execute',
  'control',
  'destroy',
  'copy',
  'write',
  'read',
  'stop',
  'reach',
  'observe',
];

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export const list = (parts: readonly string[], joint = 'and'): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} ${joint} ${parts.at(-1)}`;

/** Like `list`, with at most `most` named and the rest counted. */
export const listSome = (parts: readonly string[], most: number): string =>
  parts.length <= most ? list(parts) : `${parts.slice(0, most).join(', ')} and ${parts.length - most} more`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const products: Readonly<Record<Identity['product'], string>> = {
  redis: 'Redis',
  valkey: 'Valkey',
  keydb: 'KeyDB',
  dragonfly: 'Dragonfly',
  kvrocks: 'Kvrocks',
  garnet: 'Garnet',
  unknown: 'a server of an unknown make',
  'not-redis': 'not a server of the Redis family',
};

/** `Redis 7.2.16`; a range of versions where only error texts were seen. */
export function make({ product, version, range }: Identity): string {
  // A snapshot may be of a later Keyward, which knows more products.
  const name = product in products ? products[product] : product;
  if (version !== undefined) return `${name} ${version}`;
  const bounds = [range?.from && `from ${range.from}`, range?.to && `up to ${range.to}`]
    .filter(Boolean)
    .join(' ');
  return bounds === '' ? `${name}, version unknown` : `${name} ${bounds}`;
}

/** `Redis 7.2.16, cluster, replica`. */
export const who = (identity: Identity): string =>
  [...new Set([make(identity), identity.mode, identity.role])]
    .filter((part) => part !== undefined)
    .join(', ');

const openKinds: readonly Actor['kind'][] = ['nobody', 'empty-password', 'guessable-password'];

/** Nobody in particular: whoever needs no secret, or one that can be guessed. */
export const isOpen = ({ kind }: Actor): boolean => openKinds.includes(kind);

const actorOrder: readonly Actor['kind'][] = [...openKinds, 'password', 'certificate'];
export const compareActors = (a: Actor, b: Actor): number =>
  actorOrder.indexOf(a.kind) - actorOrder.indexOf(b.kind);

/** As whom, for several users at once: `no login`, `app and worker, with their passwords`. */
export function asWhom(actors: readonly Actor[], most = 6): string {
  const parts = actorOrder.flatMap((kind) => {
    const users = [...new Set(actors.filter((actor) => actor.kind === kind).map(({ user }) => user))];
    if (users.length === 0) return [];
    if (kind === 'nobody') return ['no login'];
    const names = listSome(users, most);
    const several = users.length > 1;
    if (kind === 'empty-password') return [`${names} (empty password)`];
    if (kind === 'guessable-password')
      return [`${names} (${several ? 'guessable passwords' : 'guessable password'})`];
    return [`${names} (${kind === 'certificate' ? 'client certificate' : 'password'})`];
  });
  return parts.join('; ');
}

/** The same as the end of a sentence. */
function withWhat({ kind, user }: Actor): string {
  if (kind === 'nobody') return 'without a login';
  if (kind === 'empty-password') return `as user ${user}, whose password is empty`;
  if (kind === 'guessable-password') return `as user ${user}, whose password can be guessed`;
  return kind === 'certificate'
    ? `with a client certificate, as user ${user}`
    : `with the password of user ${user}`;
}

/** At most four doings of all that somebody can do; what another one implies is left out. */
function chief(can: ReadonlySet<Capability>): string {
  const implied = (one: Capability): boolean =>
    (one === 'read' && can.has('copy')) || (one === 'write' && can.has('destroy'));
  const chosen = worst.filter((one) => can.has(one) && !implied(one)).slice(0, 4);
  return list(chosen.toReversed().map((one) => doings[one]));
}

/** Who comes from there, as the subject of a sentence. */
export const subject = ({ label }: Origin): string =>
  /^(?:the|this) /.test(label) ? `anyone on ${label}` : label;

interface Entry {
  readonly origin: Origin;
  readonly actor: Actor;
  readonly certain: ReadonlySet<Capability>;
  readonly possible: ReadonlySet<Capability>;
}

/** Who gets in without a secret that is kept, from the farthest; from one place, who can do most. */
function openEntries({ origins, actors, cells }: Exposure): readonly Entry[] {
  return origins
    .toSorted((a, b) => reaches.indexOf(a.reach) - reaches.indexOf(b.reach))
    .flatMap((origin) => {
      const here = cells.filter(({ from }) => from === origin.id);
      const can = (actor: Actor, certainty: 'certain' | 'possible'): ReadonlySet<Capability> =>
        new Set(
          here.filter((cell) => cell.as === actor.id && cell.certainty === certainty).map((cell) => cell.can),
        );
      return actors
        .filter(isOpen)
        .map((actor): Entry => ({
          origin,
          actor,
          certain: can(actor, 'certain'),
          possible: can(actor, 'possible'),
        }))
        .filter(({ certain, possible }) => certain.size + possible.size > 0)
        .toSorted(
          (a, b) =>
            b.certain.size - a.certain.size ||
            b.possible.size - a.possible.size ||
            compareActors(a.actor, b.actor),
        );
    });
}

function closed({ origins, cells, notCollected }: Exposure): string {
  const doubt =
    notCollected.length > 0 ? `, though ${plural(notCollected.length, 'layer')} could not be looked at` : '';
  const reached = origins
    .toSorted((a, b) => reaches.indexOf(a.reach) - reaches.indexOf(b.reach))
    .find(({ id }) => cells.some(({ from }) => from === id));
  if (reached)
    return `Nobody gets in without a password or a certificate. It can be reached by ${subject(reached)}${doubt}.`;
  const refused = origins.find((origin) => origin.refused !== undefined);
  if (refused)
    return refused.refusedBy === 'firewall'
      ? `Nobody from elsewhere gets through (${refused.refused})${doubt}.`
      : `The server turns everyone away who can reach it (${refused.refused})${doubt}.`;
  return origins.length === 0
    ? `Nothing was found that can reach it${doubt}.`
    : `Nobody was found who can do anything here${doubt}.`;
}

/** Who keeps people out, and why. */
export const turnedAway = (why: string, by?: Origin['refusedBy']): string =>
  by === 'firewall' ? `turned away by ${why}` : `turned away by the server: ${why}`;

/**
 * The exposure in one sentence: what can be done from the farthest away with the least. What is only possible is
 * said as possible, and never hides behind something nearer that is certain.
 *
 * @example sentence(exposure) // 'Anyone who can route to 10.0.0.5 can copy it whole and empty it, without a login.'
 */
export function sentence(exposure: Exposure): string {
  const entries = openEntries(exposure);
  const [first] = entries;
  if (!first) return closed(exposure);
  const { origin, actor, certain, possible } = first;
  const sure = certain.size > 0;
  const nearer = sure ? undefined : entries.find((entry) => entry.certain.size > 0);
  const refused = exposure.origins.find(
    (other) => other.refused !== undefined && reaches.indexOf(other.reach) < reaches.indexOf(origin.reach),
  );
  return [
    `${capital(subject(origin))} ${sure ? 'can' : 'may be able to'} ${chief(sure ? certain : possible)}, ${withWhat(actor)}`,
    ...(sure && !certain.has('execute') && possible.has('execute')
      ? ['perhaps also run code on its host']
      : []),
    ...(nearer ? [`for certain: ${subject(nearer.origin)}`] : []),
    ...(refused
      ? [
          refused.refusedBy === 'firewall'
            ? `whoever comes from farther is turned away (${refused.refused})`
            : `the server turns away whoever comes from farther (${refused.refused})`,
        ]
      : []),
  ]
    .join('; ')
    .concat('.');
}

/** What should be true, as short as a change can be said. */
export function goalWords(goal: Goal): string {
  switch (goal.kind) {
    case 'setting':
      if ('ask' in goal) return `${goal.name}: ${goal.ask}`;
      return `${goal.name} ${goal.value === '' ? '""' : goal.value}`;
    case 'user':
      return `user ${goal.name}: ${goal.rules.join(' ')}`;
    case 'new-password':
      return `a new password for ${goal.of}`;
    case 'file':
      return `${goal.path}:${goal.mode ? ` mode ${goal.mode}` : ''}${goal.owner ? ` owner ${goal.owner}` : ''}${goal.group ? ` group ${goal.group}` : ''}`;
    case 'unit':
      return `unit: ${goal.directive}=${goal.value}`;
    case 'run-as':
      return `runs as ${goal.user}`;
    case 'upgrade':
      return 'ask' in goal ? `version: ${goal.ask}` : `version ${goal.to}`;
    case 'reachable-only':
      return `port ${goal.port} reachable only from ${goal.from}`;
    case 'certificate':
      return `${goal.path}: ${goal.need}`;
    case 'investigate':
      return `look into: ${goal.what}`;
  }
}

export const reasons: Readonly<Record<Reason, { readonly why: string; readonly how: string }>> = {
  'not-asked': { why: 'not asked', how: 'run Keyward on the host of the server, or give it the files' },
  'no-access': { why: 'no access', how: 'let Keyward log in, or read the file, with more rights' },
  'timed-out': { why: 'no answer in time', how: 'try again, with a longer time limit' },
  absent: { why: 'there is none', how: 'nothing to do' },
  'not-supported': {
    why: 'refused or not known there',
    how: 'say what renamed commands are called with --rename',
  },
  unreadable: { why: 'the answer made no sense', how: 'look at the answer by hand' },
};

/** `2 critical, 1 low`; `no findings` when there are none. */
export function countWords(counts: Readonly<Record<Severity, number>>): string {
  const parts = severityOrder
    .filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity}`);
  return parts.length === 0 ? 'no findings' : parts.join(', ');
}
