/** Users that are made: somebody who administers, and whoever was seen, each with what they need. */
import { hasOtherAdministrator } from '../../catalog/readings/default-user.ts';
import type { ClientGroup, SecretRequest } from '../../model/index.ts';
import { freeName, request, type Band } from './band.ts';
import type { Draft } from './draft.ts';
import { keepUser, keepUsers } from './keeping.ts';
import { nodeKey, type Situation } from './scene.ts';
import { allowedTo, changedUser, everyChannel, freshUser, mayRun, rulesForSeen } from './user-rules.ts';

/** Somebody named who administers the server and is who we are: then nobody has to be made for it. */
function isAdministrator({ view, users }: Situation): boolean {
  const { whoami } = view;
  return (
    whoami.known &&
    whoami.value !== 'default' &&
    hasOtherAdministrator(users.filter(({ name }) => name === whoami.value))
  );
}

export function administrator(band: Band, node: Situation): readonly Draft[] {
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

export interface NewUser {
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

export function makeUser(
  band: Band,
  node: Situation,
  { name: kind, label, seen }: NewUser,
): readonly Draft[] {
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
