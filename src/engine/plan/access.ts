/**
 * Everybody moves from the default user to a user of their own, and nobody is locked out on the way: first an
 * administrator, then users for the clients that were seen, for replicas and for Sentinels, on every node; then
 * replicas and Sentinels log in with them; and the default user goes last, once no client is on it any more.
 */
import type { ClientGroup, Goal, SecretRequest } from '../../model/index.ts';
import { hasOtherAdministrator } from '../../catalog/readings/default-user.ts';
import { masterOf, missingOfCluster, strangersOf } from './bands.ts';
import { cellsOfUser } from './closing.ts';
import {
  checksOf,
  holdFor,
  nothing,
  refused,
  together,
  unmetFor,
  type Answer,
  type Draft,
  type Room,
} from './draft.ts';
import { dropRequirepass, keepUser, keepUsers, keepSetting, settleNow } from './keeping.ts';
import { clientsOf, nodeKey, nodeOf, type Scene, type Situation } from './scene.ts';
import { allowedTo, changedUser, everyChannel, freshUser, mayRun, rulesForSeen } from './user-rules.ts';
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

interface Band {
  readonly scene: Scene;
  readonly servers: readonly Situation[];
  readonly sentinels: readonly Situation[];
  readonly moves: readonly Wish[];
  readonly checks: readonly string[];
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
  const before = [...administrators, ...made, ...logins];
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

/** A name that no node of the band uses already. */
function freeName(servers: readonly Situation[], wanted: string): string {
  const taken = new Set(servers.flatMap(({ users }) => users.map(({ name }) => name)));
  const candidates = [
    wanted,
    `keyward-${wanted}`,
    ...Array.from({ length: 1000 }, (_, i) => `keyward-${wanted}-${i + 2}`),
  ];
  return candidates.find((name) => !taken.has(name)) ?? wanted;
}

const request = (band: Band, node: Situation, name: string, label: string): SecretRequest => ({
  id: band.scene.secretId(`user:${name}`, node),
  label,
  user: name,
});

/** Somebody named who administers the server and is who we are: then nobody has to be made for it. */
function isAdministrator({ view, users }: Situation): boolean {
  const { whoami } = view;
  return (
    whoami.known &&
    whoami.value !== 'default' &&
    hasOtherAdministrator(users.filter(({ name }) => name === whoami.value))
  );
}

function administrator(band: Band, node: Situation): readonly Draft[] {
  if (isAdministrator(node)) return [];
  const name = freeName(band.servers, 'admin');
  // By the beginning of this id `apply` knows with which secret it comes back once default is closed.
  const id = band.scene.secretId(name === 'admin' ? 'user:admin' : `user:admin:${name}`, node);
  const secret: SecretRequest = { id, label: `password of user ${name}, for administration`, user: name };
  const kept = keepUser(node, name, keepUsers(node));
  return [
    {
      key: nodeKey('administrator', node.node),
      phase: 'administrator',
      kind: 'administrator',
      node: node.id,
      title: `User ${name} administers the server`,
      checks: band.checks,
      does: [
        {
          do: 'set-user',
          node: node.id,
          user: name,
          rules: ['reset', 'on', { secret: secret.id }, '~*', ...everyChannel(node), '+@all'],
        },
        ...kept.does,
      ],
      proves: [
        {
          claim: 'login',
          node: node.id,
          as: { kind: 'user', user: name, password: { secret: secret.id } },
          accepted: true,
        },
        ...kept.proves,
      ],
      secrets: [secret],
    },
  ];
}

interface NewUser {
  readonly name: string;
  readonly label: string;
  readonly seen: readonly ClientGroup[];
}

/** What each kind of user may do; what was seen in use comes on top. */
const rightsOf = (node: Situation, kind: string): readonly string[] => {
  const channels = everyChannel(node);
  switch (kind) {
    case 'replica':
      return ['+psync', '+replconf', '+ping'];
    case 'sentinel':
      return [
        ...channels,
        ...(
          '+multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname ' +
          '+client|kill +script|kill'
        ).split(' '),
      ];
    case 'exporter':
      return '+ping +info +client|setname +slowlog|len +slowlog|get +latency|latest'.split(' ');
    default:
      return ['~*', ...channels, '+@all', '-@admin', '-@dangerous'];
  }
};

/** Libraries ask these of every server that they connect to. */
const greetings = ['info', 'client|setname', 'client|getname', 'client|id', 'client|setinfo', 'client|reply'];
const clusterGreetings = [
  'cluster|slots',
  'cluster|shards',
  'cluster|nodes',
  'cluster|info',
  'cluster|keyslot',
];

function makeUser(band: Band, node: Situation, { name: kind, label, seen }: NewUser): readonly Draft[] {
  const name = freeName(band.servers, kind);
  const fresh = freshUser(node, name);
  const base = rightsOf(node, kind);
  const begun = fresh && changedUser(node, fresh, base);
  if (!begun || 'refused' in begun) return [];
  const used = [
    ...(kind === 'app' ? greetings : []),
    ...(kind === 'app' && node.node.mode === 'cluster' ? clusterGreetings : []),
    ...(kind === 'app' && band.sentinels.length > 0 ? ['role'] : []),
    ...seen.flatMap(({ commands }) => commands),
  ];
  const extra = rulesForSeen(node, allowedTo(node, begun.user), used);
  const whole = changedUser(node, begun.user, extra);
  const rules = [...base, ...('refused' in whole ? [] : extra)];
  const after = 'refused' in whole ? begun.user : whole.user;
  const secret = request(band, node, name, label.replace(`user ${kind}`, `user ${name}`));
  const as = { kind: 'user', user: name, password: { secret: secret.id } } as const;
  const kept = keepUser(node, name, keepUsers(node));
  const allowed = allowedTo(node, after);
  const denied = [['config', 'get', 'dir'], ['flushall'], ['shutdown', 'nosave']].filter(
    ([command = '', part]) =>
      !mayRun(allowed, command === 'config' && part !== undefined ? 'config|get' : command),
  );
  return [
    {
      key: nodeKey('user', node.node, name),
      phase: 'users',
      kind: 'user',
      node: node.id,
      title: `User ${name} for ${whom[kind] ?? 'clients'}`,
      checks: band.checks,
      does: [
        {
          do: 'set-user',
          node: node.id,
          user: name,
          rules: ['reset', 'on', { secret: secret.id }, ...rules],
        },
        ...kept.does,
      ],
      proves: [
        { claim: 'login', node: node.id, as, accepted: true },
        { claim: 'command', node: node.id, as, words: ['ping'], permitted: true },
        ...(kind === 'app'
          ? [
              {
                claim: 'command',
                node: node.id,
                as,
                words: ['get', 'keyward:probe'],
                permitted: true,
              } as const,
            ]
          : []),
        ...denied.map((words) => ({ claim: 'command', node: node.id, as, words, permitted: false }) as const),
        ...kept.proves,
      ],
      secrets: [secret],
      requires: [nodeKey('administrator', node.node)],
    },
  ];
}

const whom: Readonly<Record<string, string>> = {
  app: 'the applications',
  exporter: 'monitoring',
  replica: 'replication',
  sentinel: 'Sentinels',
};

/** The name under which a draft of this band made a user of a kind. */
const userNamed = (band: Band, kind: string): string => freeName(band.servers, kind);

function replicationLogin(band: Band, node: Situation): Draft | undefined {
  const keeping = keepSetting(node, 'masterauth');
  if (keeping.how === 'nowhere' || !node.configures) return undefined;
  const user = userNamed(band, 'replica');
  const secret = request(band, node, user, `password of user ${user}, for replication`);
  const settled = [
    settleNow(node, 'masteruser', user, keeping),
    settleNow(node, 'masterauth', { secret: secret.id }, keeping),
  ];
  const master = masterOf(band.servers, node);
  return {
    key: nodeKey('replication-login', node.node),
    phase: 'logins',
    kind: 'replication-login',
    node: node.id,
    title:
      node.node.role === 'replica'
        ? `Logs in to its master as ${user}`
        : `Would log in as ${user}, were it a replica one day`,
    checks: band.checks,
    does: settled.flatMap(({ does }) => does),
    proves: [
      ...settled.flatMap(({ proves }) => proves),
      ...(master
        ? [
            {
              claim: 'login',
              node: master.id,
              as: { kind: 'user', user, password: { secret: secret.id } },
              accepted: true,
            } as const,
          ]
        : []),
      { claim: 'replicates', node: node.id },
    ],
    secrets: [secret],
    requires: band.servers.map((one) => nodeKey('user', one.node, user)),
  };
}

function sentinelLogin(band: Band, node: Situation): readonly Draft[] {
  const { sentinelMasters } = node.view;
  const masters = sentinelMasters.known ? sentinelMasters.value : [];
  if (!node.live || masters.length === 0) return [];
  const user = userNamed(band, 'sentinel');
  const [first] = band.servers;
  const secret = request(band, first ?? node, user, `password of user ${user}, for Sentinels`);
  return [
    {
      key: nodeKey('sentinel-login', node.node),
      phase: 'logins',
      kind: 'sentinel-login',
      node: node.id,
      title: `Logs in to the servers that it watches as ${user}`,
      checks: band.checks,
      does: masters.flatMap(({ name: master }) => [
        { do: 'set-sentinel', node: node.id, master, option: 'auth-user', value: user } as const,
        {
          do: 'set-sentinel',
          node: node.id,
          master,
          option: 'auth-pass',
          value: { secret: secret.id },
        } as const,
      ]),
      proves: [
        { claim: 'answers', node: node.id },
        ...band.servers.map(
          ({ id }) =>
            ({
              claim: 'login',
              node: id,
              as: { kind: 'user', user, password: { secret: secret.id } },
              accepted: true,
            }) as const,
        ),
      ],
      secrets: [secret],
      requires: band.servers.map((one) => nodeKey('user', one.node, user)),
    },
  ];
}

function closeDefault(band: Band, node: Situation, before: readonly Draft[]): Draft {
  const { scene } = band;
  const keeping = keepUsers(node);
  const kept = keepUser(node, 'default', keeping);
  const clients = clientsOf(node).filter(({ user }) => user === 'default');
  return {
    key: nodeKey('close-default', node.node),
    phase: 'close',
    kind: 'close-default',
    node: node.id,
    title: 'Nobody gets in as default',
    checks: checksOf(band.moves.filter((wish) => wish.node === node.id)),
    does: [
      { do: 'set-user', node: node.id, user: 'default', rules: ['resetpass', 'off'] },
      ...kept.does,
      ...dropRequirepass(node, keeping),
    ],
    guard: [{ claim: 'unused', node: node.id, user: 'default' }],
    proves: [
      { claim: 'login', node: node.id, as: { kind: 'nobody' }, accepted: false },
      { claim: 'login', node: node.id, as: { kind: 'wrong', user: 'default' }, accepted: false },
      { claim: 'login', node: node.id, as: { kind: 'operator' }, accepted: true },
      ...kept.proves,
    ],
    risk: {
      level: 'refuses',
      why:
        clients.length > 0
          ? `clients that still come without a login: ${[...new Set(clients.map(({ address }) => address))].slice(0, 6).join(', ')}; it waits until they have moved`
          : 'clients that come without a login and were not seen',
    },
    closes: cellsOfUser(node, 'default'),
    requires: before.map(({ key }) => key),
    held: holdDefault(scene, node),
  };
}

/** Clients move by themselves, given time; links from hosts that this plan does not change do not. */
function holdDefault(scene: Scene, node: Situation): Draft['held'] {
  const { nodes, refuse } = scene.input;
  if (node.live && node.census === undefined)
    return holdFor(refuse, ['default'], 'Nobody looked who logs in as default.');
  const links = strangersOf(nodes, node, 'default');
  const others = missingOfCluster(nodes, node);
  return (
    holdFor(
      refuse,
      links.map(({ address }) => `default@${address}`),
      `${links.map(({ kind, address }) => `${kind} ${address}`).join(', ')} logs in as default, and is no part of this plan.`,
    ) ??
    (others.length === 0 || refuse.includes('cluster')
      ? undefined
      : {
          why: `${others.slice(0, 6).join(', ')} of the same cluster are no part of this plan, and clients use one login for all nodes.`,
          release: `${others.map((address) => `redis://${address}`).join(' ')} as further targets, or --refuse cluster`,
        })
  );
}
