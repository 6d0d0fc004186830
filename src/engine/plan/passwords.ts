/** New passwords: two at once where a user may have two; else the clients that are there stand in the way. */
import type { SecretRequest } from '../../model/index.ts';
import { cellsOfUser, risksLogin } from './closing.ts';
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
import { holdForLinks } from './foreign-links.ts';
import { dropRequirepass, keepSetting, keepUser, keepUsers, settleNow } from './keeping.ts';
import { linkLogins } from './logins.ts';
import { renewLinks, replicationOf } from './own-logins.ts';
import { clientsOf, nameOfGroup, nodeKey, type Scene, type Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

const weakKinds = ['nobody', 'empty-password', 'guessable-password'];

const userOf = ({ goal }: Wish): string | undefined => {
  if (goal.kind === 'new-password') return goal.of;
  return goal.kind === 'user' && goal.name === 'default' && goal.rules.includes('off')
    ? 'default'
    : undefined;
};

export const givesPasswords: Room = (scene, wishes) => {
  const answer = passwords(scene, wishes);
  // The login of a replica or a Sentinel that was asked for comes with the password of its master.
  const given = new Set(
    answer.drafts
      .filter(({ kind }) => kind === 'replication-login' || kind === 'sentinel-login')
      .map(({ node }) => node),
  );
  const logins = wishes.filter(
    ({ node, goal }) =>
      given.has(node) && goal.kind === 'setting' && /^(?:masterauth$|sentinel auth-pass )/.test(goal.name),
  );
  return { ...answer, taken: [...answer.taken, ...logins] };
};

const passwords: Room = (scene, wishes) =>
  together(
    scene.nodes.flatMap((node) => {
      const own = wishes.filter((wish) => wish.node === node.id && userOf(wish) !== undefined);
      const users = [...new Set(own.map((wish) => userOf(wish) ?? ''))];
      return users.map((user) =>
        passwordOf(
          scene,
          node,
          user,
          own.filter((wish) => userOf(wish) === user),
        ),
      );
    }),
  );

function passwordOf(scene: Scene, node: Situation, user: string, wishes: readonly Wish[]): Answer {
  if (!node.live)
    return refused(
      wishes,
      'There is only a file: no running server can be asked to change its users.',
      'Start the server where only this host reaches it, and name it as a target.',
    );
  if (node.node.mode === 'sentinel')
    return refused(
      wishes,
      'Sentinels log in to each other with one password, which takes effect only where all of them are started anew.',
      'Set requirepass and `sentinel sentinel-pass` to the same password in each sentinel.conf, then restart one after the other.',
    );
  const facts = node.users.find(({ name }) => name === user);
  if (node.hasUsers && facts !== undefined) return newPassword(scene, node, user, wishes);
  if (user !== 'default') return nothing;
  if (node.flavour?.users(node.version) === false) return requirepass(scene, node, wishes);
  return refused(
    wishes,
    node.flavour?.users(node.version) === undefined
      ? 'How this product changes a user and keeps it is not known here.'
      : 'The server does not let us read its users.',
    node.flavour?.users(node.version) === undefined
      ? `See ${node.flavour?.manual ?? 'its manual'}.`
      : 'Log in as somebody who may run ACL LIST and ACL SETUSER.',
  );
}

function newPassword(scene: Scene, node: Situation, user: string, wishes: readonly Wish[]): Answer {
  const keeping = keepUsers(node);
  if (keeping.how === 'nowhere') return refused(wishes, keeping.why, keeping.advice);
  const facts = node.users.find(({ name }) => name === user);
  const secret: SecretRequest = {
    id: scene.secretId(`user:${user}`, node),
    label: `password of user ${user}`,
    user,
  };
  const kept = keepUser(node, user, keeping);
  const as = { kind: 'user', user, password: { secret: secret.id } } as const;
  const checks = checksOf(wishes);
  const proves = [
    { claim: 'login', node: node.id, as, accepted: true } as const,
    { claim: 'login', node: node.id, as: { kind: 'wrong', user }, accepted: false } as const,
    ...kept.proves,
  ];
  const replace = {
    do: 'set-user',
    node: node.id,
    user,
    rules: ['resetpass', { secret: secret.id }],
  } as const;
  const seen = node.groups.filter((group) => group.user === user);
  const links = linkLogins(scene, node, { user, secret, checks });
  const cleared = user === 'default' ? dropRequirepass(node, keeping) : [];
  if (facts?.noPassword === true) {
    const strangers = `who connects as ${user} without the new password`;
    // A first password takes `nopass` away with it: there is no moment at which both ways are open.
    return {
      unmet: [],
      taken: wishes,
      drafts: [
        ...links,
        {
          key: nodeKey('password', node.node, user),
          phase: 'close',
          kind: 'password',
          node: node.id,
          title: `User ${user} needs a password`,
          checks,
          does: [
            replace,
            ...kept.does,
            ...cleared,
            // Not before: a server that has no password yet refuses whoever sends one.
            ...(links.length > 0 ? [{ do: 'renew-links', node: node.id, user } as const] : []),
          ],
          requires: links.map(({ key }) => key),
          proves: [
            ...proves,
            ...(links.length > 0 ? replicationOf(scene, node) : []),
            ...(user === 'default'
              ? [{ claim: 'login', node: node.id, as: { kind: 'nobody' }, accepted: false } as const]
              : []),
          ],
          risk: {
            level: 'refuses',
            why: user === 'default' ? risksLogin(node, strangers) : strangers,
          },
          closes: cellsOfUser(node, user, weakKinds),
          secrets: [secret],
          held: holdForUsers(scene, node, user),
        },
      ],
    };
  }
  const add: Draft = {
    key: nodeKey('rotate-add', node.node, user),
    phase: 'rotate-add',
    kind: 'rotate-add',
    node: node.id,
    title: `User ${user} gets a second password`,
    checks,
    does: [{ do: 'set-user', node: node.id, user, rules: [{ secret: secret.id }] }, ...kept.does],
    proves,
    secrets: [secret],
  };
  const renewed = renewLinks(scene, node, user, { checks, logins: links });
  const remove: Draft = {
    key: nodeKey('rotate-remove', node.node, user),
    phase: 'rotate-remove',
    kind: 'rotate-remove',
    node: node.id,
    title: `The old passwords of user ${user} go`,
    checks,
    does: [replace, ...kept.does, ...cleared],
    guard: [{ claim: 'moved', node: node.id, user }],
    // The new one was let in before as well: a server that came back with the old ones beside it is not done.
    proves: [...proves, { claim: 'passwords', node: node.id, user, are: [{ secret: secret.id }] }],
    risk: {
      level: 'refuses',
      why:
        seen.length > 0
          ? `clients of ${user} that still have an old password; it waits until they have moved`
          : `clients of ${user} that were not seen and still have an old password`,
    },
    closes: cellsOfUser(node, user, weakKinds),
    requires: [
      ...scene.nodes
        .filter(({ band }) => band === node.band)
        .map((one) => nodeKey('rotate-add', one.node, user)),
      ...[...links, ...renewed].map(({ key }) => key),
    ],
    held: holdForLinks(scene, node, user),
    secrets: [secret],
  };
  return { drafts: [add, ...links, ...renewed, remove], unmet: [], taken: wishes };
}

/**
 * Whoever was seen as this user stands in the way of a step that gives them no time to move; any user where there are
 * none. Replicas and Sentinels of the plan get the new login before.
 */
function holdForUsers(scene: Scene, node: Situation, user: string | undefined): Draft['held'] {
  const { refuse } = scene.input;
  const name = user ?? 'default';
  if (node.census === undefined) return holdFor(refuse, [name], `Nobody looked who connects as ${name}.`);
  const seen = clientsOf(node)
    .filter((group) => user === undefined || group.user === user)
    .map(nameOfGroup);
  return (
    holdForLinks(scene, node, name) ??
    holdFor(
      refuse,
      seen,
      `${[...new Set(seen)].slice(0, 6).join(', ')} would be refused: there cannot be two passwords at once here.`,
    )
  );
}

/** Before there were users, and where there are none: one password for everybody, and for replication. */
function requirepass(scene: Scene, node: Situation, wishes: readonly Wish[]): Answer {
  const keeping = keepSetting(node, 'requirepass');
  if (!node.configures)
    return refused(
      wishes,
      'CONFIG is closed to us: the password cannot be set while the server runs.',
      'Log in with the present password, or set requirepass in its file and restart.',
    );
  if (keeping.how === 'nowhere') return refused(wishes, keeping.why, keeping.advice);
  const secret: SecretRequest = {
    id: scene.secretId('requirepass', node),
    label: 'password of the server',
    user: 'default',
  };
  const value = { secret: secret.id };
  const checks = checksOf(wishes);
  const logins = linkLogins(scene, node, { user: undefined, secret, checks });
  const own = settleNow(node, 'requirepass', value, keeping);
  const cuts = node.flavour?.passwordCutsClients(node.version) === true;
  return {
    unmet: [],
    taken: wishes,
    drafts: [
      ...logins,
      {
        key: nodeKey('password', node.node),
        phase: 'close',
        kind: 'password',
        node: node.id,
        title: 'The server asks for a password',
        checks,
        does: own.does,
        proves: [
          ...own.proves,
          { claim: 'login', node: node.id, as: { kind: 'nobody' }, accepted: false },
          {
            claim: 'login',
            node: node.id,
            as: { kind: 'user', user: 'default', password: value },
            accepted: true,
          },
          ...(logins.length > 0 ? replicationOf(scene, node) : []),
        ],
        risk: {
          level: 'refuses',
          why: risksLogin(
            node,
            cuts
              ? 'this version refuses connections that are there already, from the moment at which it has a password'
              : 'who connects without the new password',
          ),
        },
        closes: cellsOfUser(node, 'default', weakKinds),
        secrets: [secret],
        requires: logins.map(({ key }) => key),
        held: holdForUsers(scene, node, undefined),
      },
    ],
  };
}
