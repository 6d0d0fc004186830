/**
 * Everybody moves from the default user to a user of their own, and nobody is locked out on the way: first an
 * administrator, then users for the clients that were seen, for replicas and for Sentinels, on every node; then
 * replicas and Sentinels log in with them; and the default user goes last, once no client is on it any more.
 */
import type { ClientGroup, Goal } from '../../model/index.ts';
import type { Band } from './band.ts';
import { masterOf } from './bands.ts';
import { closeDefault } from './close-default.ts';
import {
  checksOf,
  nothing,
  refused,
  together,
  unmetFor,
  type Answer,
  type Draft,
  type Room,
} from './draft.ts';
import { keepSetting, keepUsers } from './keeping.ts';
import { administrator, makeUser } from './new-users.ts';
import { renewLinks, replicationLogin, sentinelLogin } from './own-logins.ts';
import { clientsOf, nodeOf, type Scene, type Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

const closesDefault = (goal: Goal): boolean =>
  (goal.kind === 'new-password' && goal.of === 'default') ||
  (goal.kind === 'user' && goal.name === 'default' && goal.rules.includes('off'));

/** Checks whose advice is: a user for each application. Their goals are questions, which the census answers. */
const asksForUsers = new Set([
  'only-default-user',
  'default-user-does-everything',
  'dangerous-commands-open',
  'default-user-opens-at-next-load',
]);
const isMove = ({ goal, checks }: Wish): boolean =>
  closesDefault(goal) ||
  (goal.kind === 'investigate' && checks.some((check) => asksForUsers.has(check))) ||
  (goal.kind === 'user' && goal.name === 'default');

/** Replicas and Sentinels that are asked to log in as themselves. */
const isLogin = ({ goal }: Wish): boolean =>
  (goal.kind === 'setting' &&
    'ask' in goal &&
    /^(?:masterauth|masteruser|sentinel auth-pass )/.test(goal.name)) ||
  (goal.kind === 'new-password' && goal.of.startsWith('the replication user'));

export const movesAccess: Room = (scene, wishes) => {
  if (scene.input.passwordOnly === true) return nothing;
  const bands = new Map<string, Situation[]>();
  for (const node of scene.nodes) bands.set(node.band, [...(bands.get(node.band) ?? []), node]);
  return together([...bands.values()].map((nodes) => moveBand(scene, nodes, wishes)));
};

function moveBand(scene: Scene, nodes: readonly Situation[], wishes: readonly Wish[]): Answer {
  const own = wishes.filter(({ node }) => nodes.some(({ id }) => id === node));
  const servers = nodes.filter(({ node }) => node.mode !== 'sentinel');
  const sentinels = nodes.filter(({ node }) => node.mode === 'sentinel');
  const users = servers.filter(({ live, hasUsers }) => live && hasUsers);
  const moves = own.filter((wish) => isMove(wish) && users.some(({ id }) => id === wish.node));
  const logins = own.filter(isLogin).filter(({ node }) => {
    const at = nodeOf(scene, node);
    return at !== undefined && (at.node.mode === 'sentinel' || users.includes(at));
  });
  if (moves.length === 0 && logins.length === 0) return nothing;
  if (servers.length === 0) return unwatched(logins, sentinels);
  // Where there are no users, the login comes with the one password of the server.
  if (users.length === 0) return nothing;
  const lost = users.find((node) => keepUsers(node).how === 'nowhere');
  const lostWay = lost && keepUsers(lost);
  if (lostWay?.how === 'nowhere') return refused([...moves, ...logins], lostWay.why, lostWay.advice);
  const unlinked = users.find(
    (node) =>
      (node.node.role === 'replica' || node.node.mode === 'cluster') &&
      (!node.configures || keepSetting(node, 'masterauth').how === 'nowhere'),
  );
  if (unlinked)
    return refused(
      [...moves, ...logins],
      `The login with which ${unlinked.id} follows its master cannot be set and kept.`,
      'Log in as somebody who may run CONFIG, where the files of every replica can be written.',
    );
  const mute = users.find((node) => node.commands === undefined);
  if (mute)
    return refused(
      moves,
      'It is not known which commands this server has, and so not what a user may do.',
      'Let Keyward log in as somebody who may run COMMAND, ACL LIST and CONFIG GET.',
    );
  const band: Band = { scene, servers: users, sentinels, moves, checks: checksOf([...moves, ...logins]) };
  const foreign = logins.filter(({ node }) => {
    const at = nodeOf(scene, node);
    return at?.node.role === 'replica' && masterOf(scene.nodes, at) === undefined;
  });
  const known = logins.filter((wish) => !foreign.includes(wish));
  return together([
    { drafts: draftsOf(band, known.length > 0), unmet: [], taken: [...moves, ...known] },
    {
      drafts: [],
      taken: foreign,
      unmet: foreign.map((wish) =>
        unmetFor(
          wish,
          'The master that it follows is not part of this plan, and so has no user for replication.',
          'Name the master as a target too: both are changed in the order that keeps replication up.',
        ),
      ),
    },
  ]);
}

/** A Sentinel alone: what it would log in with exists nowhere. */
function unwatched(logins: readonly Wish[], sentinels: readonly Situation[]): Answer {
  const masters = sentinels.flatMap(({ view: { sentinelMasters } }) =>
    sentinelMasters.known ? sentinelMasters.value.map(({ address }) => `redis://${address}`) : [],
  );
  return refused(
    logins,
    'The servers that it watches are not part of this plan, and so have no user for it.',
    `Name them as targets too: ${[...new Set(masters)].slice(0, 12).join(' ') || 'the masters and their replicas'}, with their replicas and the other Sentinels.`,
  );
}

function draftsOf(band: Band, loginsAsked: boolean): readonly Draft[] {
  const { servers, sentinels, moves } = band;
  const replicated =
    servers.some(({ node }) => node.role === 'replica' || node.mode === 'cluster') ||
    servers.some(({ view }) => view.replication.known && view.replication.value.replicas.length > 0);
  const watched =
    sentinels.length > 0 || servers.some(({ groups }) => groups.some(({ kind }) => kind === 'sentinel'));
  const closing = servers.filter(({ id }) => moves.some(({ node }) => node === id));
  const exporters = ofDefault(servers, 'exporter');
  const applications = servers.flatMap((node) =>
    clientsOf(node).filter(({ kind, user }) => kind !== 'exporter' && user === 'default'),
  );
  // Where it is off already there is nobody to move: what is left of it is taken away.
  const moving = closing.some(
    ({ users: all }) => all.find(({ name }) => name === 'default')?.enabled !== false,
  );
  const users = [
    ...(moving && (applications.length > 0 || !hasApplicationUser(servers))
      ? [{ name: 'app', label: 'password of user app, for the applications', seen: applications }]
      : []),
    ...(moving && exporters.length > 0
      ? [{ name: 'exporter', label: 'password of user exporter, for monitoring', seen: exporters }]
      : []),
    ...(replicated && (moving || loginsAsked)
      ? [{ name: 'replica', label: 'password of user replica, for replication', seen: [] }]
      : []),
    ...(watched && (moving || loginsAsked)
      ? [{ name: 'sentinel', label: 'password of user sentinel, for Sentinels', seen: [] }]
      : []),
  ];
  const administrators = closing.flatMap((node) => administrator(band, node));
  const made = users.flatMap((user) => servers.flatMap((node) => makeUser(band, node, user)));
  const logins = [
    ...(replicated && users.some(({ name }) => name === 'replica')
      ? servers.map((node) => replicationLogin(band, node))
      : []),
    ...sentinels.flatMap((node) => sentinelLogin(band, node)),
  ].flatMap((draft) => (draft === undefined ? [] : [draft]));
  const links = servers.flatMap((node) =>
    renewLinks(band.scene, node, 'default', { checks: band.checks, logins }),
  );
  const before = [...administrators, ...made, ...logins, ...links];
  return [...before, ...closing.map((node) => closeDefault(band, node, before))];
}

const ofDefault = (servers: readonly Situation[], kind: ClientGroup['kind']): readonly ClientGroup[] =>
  servers.flatMap((node) =>
    clientsOf(node).filter((group) => group.kind === kind && group.user === 'default'),
  );

const hasApplicationUser = (servers: readonly Situation[]): boolean =>
  servers.some(({ users }) =>
    users.some(({ name, enabled }) => enabled && name !== 'default' && /app/i.test(name)),
  );
