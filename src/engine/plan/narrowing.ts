/** Rules of users become narrower, and nobody loses a command that was seen in use. */
import { roleOf } from '../../catalog/readings/roles.ts';
import type { AclUser } from '../../lang/acl/index.ts';
import { cellsOfCommands } from './closing.ts';
import {
  checksOf,
  holdFor,
  nothing,
  refused,
  together,
  type Answer,
  type Draft,
  type Room,
} from './draft.ts';
import { keepUser, keepUsers, type UserKeeping } from './keeping.ts';
import { nodeKey, type Scene, type Situation } from './scene.ts';
import { durationOf, rightsOfApplications, usedByApplications, useOf } from './user-rules-application.ts';
import { withCommands } from './user-rules-seen.ts';
import { allowedTo, changedUser, currentUser, mayRun, shownWords } from './user-rules.ts';
import type { Wish } from './wishes.ts';

/** Rules that a finding wants for a user. */
interface Asked {
  readonly wish: Wish;
  readonly name: string;
  readonly rules: readonly string[];
}

/** What a wish comes to, rule by rule; nothing where it is not about the rules of a user. */
function askedBy(scene: Scene, node: Situation, wish: Wish): readonly Asked[] {
  const { goal, checks } = wish;
  if (goal.kind === 'user') return [{ wish, name: goal.name, rules: goal.rules }];
  if (goal.kind !== 'investigate' || !checks.includes('deny-list-user')) return [];
  // Which commands it uses is what the server has counted.
  const user = node.users.find(({ name }) => goal.what === usesOf(name));
  const rules = user && roleOf(user.name) === undefined ? listFor(scene, node, user.name) : undefined;
  return user && rules ? [{ wish, name: user.name, rules }] : [];
}

/** As the check asks for it. */
const usesOf = (name: string): string => `which commands ${name} uses, to allow those and no others`;

/** A list of what is allowed, on the keys and channels that the user has; only where enough was counted for one. */
function listFor(scene: Scene, node: Situation, name: string): readonly string[] | undefined {
  const before = currentUser(node, name);
  const { base, wanted, risk } = rightsOfApplications(node, {
    policy: scene.input.policy,
    use: useOf(scene.nodes.filter(({ band }) => band === node.band)),
    seen: node.groups.filter(({ user }) => user === name).flatMap(({ commands }) => commands),
  });
  const begun = base.filter((rule) => /^[+-]/.test(rule));
  const after = before && risk && changedUser(node, before, begun);
  return after && 'user' in after ? [...begun, ...withCommands(node, after.user, wanted).rules] : undefined;
}

export const narrowsUsers: Room = (scene, wishes) =>
  together(
    scene.nodes.flatMap((node) => {
      const own = wishes
        .filter((wish) => wish.node === node.id)
        .flatMap((wish) => askedBy(scene, node, wish));
      return [...new Set(own.map(({ name }) => name))].map((name) =>
        narrow(
          scene,
          node,
          name,
          own.filter((asked) => asked.name === name),
        ),
      );
    }),
  );

/** Sets of rules that begin anew come first: what others take away stays away. */
const rulesOf = (asked: readonly Asked[]): readonly string[] => [
  ...new Set(
    asked
      .map(({ rules }) => rules)
      .toSorted((a, b) => Number(b.includes('-@all')) - Number(a.includes('-@all')))
      .flat(),
  ),
];

interface Narrowing {
  readonly scene: Scene;
  readonly node: Situation;
  readonly name: string;
  readonly before: AclUser;
  readonly checks: readonly string[];
  readonly keeping: UserKeeping;
}

function narrow(scene: Scene, node: Situation, name: string, asked: readonly Asked[]): Answer {
  const wishes = asked.map(({ wish }) => wish);
  const before = currentUser(node, name);
  if (!node.live || !node.hasUsers || before === undefined) return nothing;
  const { whoami } = node.view;
  const own = whoami.known
    ? whoami.value
    : ('user' in node.node.target && node.node.target.user) || 'default';
  // Whoever applies a plan must still be able to undo it.
  if (name === own)
    return refused(
      wishes,
      `Keyward is logged in as ${name}: narrower, it could neither prove the change nor take it back.`,
      'Log in as another administrator, and plan again.',
    );
  const keeping = keepUsers(node);
  if (keeping.how === 'nowhere') return refused(wishes, keeping.why, keeping.advice);
  const wanted = rulesOf(asked);
  const after = changedUser(node, before, wanted);
  if ('refused' in after)
    return refused(
      wishes,
      `This version refuses the rules: ${after.refused}.`,
      `Rewrite the rules of ${name} by hand, for ${node.node.product} ${node.version}.`,
    );
  const all: Narrowing = { scene, node, name, before, checks: checksOf(wishes), keeping };
  const groups = node.groups.filter(({ user }) => user === name);
  const [had, has] = [allowedTo(node, before), allowedTo(node, after.user)];
  const isLost = (command: string): boolean => mayRun(had, command) && !mayRun(has, command);
  const seen = [...new Set(groups.flatMap(({ commands }) => commands))].filter(isLost);
  // Who used a command is not counted: whoever is no replica, Sentinel or the like may have.
  const counted = roleOf(name) === undefined ? usedByApplications(node, node.census?.used) : [];
  const lost = [...new Set([...seen, ...counted.filter(isLost)])].toSorted();
  const whole = draftOf(all, wanted, after.user, lost);
  if (lost.length === 0) return { drafts: [whole], unmet: [], taken: wishes };
  const held: Draft = {
    ...whole,
    key: `${whole.key}:whole`,
    title: `User ${name} loses also ${lost.join(', ')}`,
    held: holdFor(
      scene.input.refuse,
      [name],
      seen.length > 0
        ? `${[...new Set(groups.map(({ address }) => address))].join(', ')} was seen to use ${seen.join(', ')} as ${name}.`
        : `Somebody used ${lost.join(', ')} since the server counts its commands, and it may have been ${name}.`,
    ),
  };
  if (held.held === undefined) return { drafts: [whole], unmet: [], taken: wishes };
  const kept = [...wanted, ...lost.map((command) => `+${command}`)];
  const milder = changedUser(node, before, kept);
  // What was seen in use stays; the rest goes now.
  const drafts =
    'refused' in milder || allowedTo(node, milder.user).length >= had.length
      ? [held]
      : [draftOf(all, kept, milder.user, []), held];
  return { drafts, unmet: [], taken: wishes };
}

function draftOf(
  { node, name, checks, keeping }: Narrowing,
  rules: readonly string[],
  after: AclUser,
  lost: readonly string[],
): Draft {
  const kept = keepUser(node, name, keeping);
  const shown = shownWords(node, after, rules);
  const has = allowedTo(node, after);
  const unseen = node.census === undefined;
  const used = node.census?.used;
  return {
    key: nodeKey('narrow-user', node.node, name),
    phase: 'narrow',
    kind: 'narrow-user',
    node: node.id,
    title: `User ${name} may do less: ${rules.join(' ')}`.slice(0, 160),
    checks,
    does: [{ do: 'set-user', node: node.id, user: name, rules }, ...kept.does],
    proves: [
      { claim: 'user-exists', node: node.id, user: name, exists: true },
      ...(shown.length > 0 ? [{ claim: 'user-has', node: node.id, user: name, words: shown } as const] : []),
      ...kept.proves,
    ],
    risk: {
      level: 'refuses',
      why:
        lost.length > 0
          ? `${name} uses ${lost.join(', ')}, or may do so`
          : unseen
            ? `nobody looked what ${name} does`
            : used !== undefined && used.seconds > 0
              ? `commands of ${name} that nobody has sent in the last ${durationOf(used.seconds)}`
              : `commands of ${name} that were not seen while we looked`,
    },
    closes: cellsOfCommands(node, name, (command) => mayRun(has, command)),
  };
}
