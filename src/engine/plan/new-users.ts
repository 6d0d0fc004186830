/** Users that are made: somebody who administers, and whoever was seen, each with what they need. */
import { hasOtherAdministrator } from '../../catalog/readings/default-user.ts';
import type { ClientGroup, SecretRequest } from '../../model/index.ts';
import { freeName, request, type Band } from './band.ts';
import type { Draft } from './draft.ts';
import { keepUser, keepUsers } from './keeping.ts';
import { nodeKey, type Situation } from './scene.ts';
import { rightsOfApplications, useOf, type Rights } from './user-rules-application.ts';
import { withCommands } from './user-rules-seen.ts';
import { allowedTo, changedUser, everyChannel, everyKeyToRead, freshUser, mayRun } from './user-rules.ts';

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

/** What each kind of user may do to begin with, and which commands it must have. */
function rightsOf(band: Band, node: Situation, { name: kind, seen }: NewUser): Rights {
  const commands = seen.flatMap((group) => group.commands);
  switch (kind) {
    case 'replica':
      return { base: ['+psync', '+replconf', '+ping'], wanted: [] };
    case 'sentinel':
      return {
        base: [
          ...everyChannel(node),
          ...(
            '+multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname ' +
            '+client|kill +script|kill'
          ).split(' '),
        ],
        wanted: [],
      };
    case 'exporter':
      // Keys are nothing to it, unless it was seen to read some. It does without CONFIG GET, which tells passwords.
      return {
        base: [...(readsKeys(node, commands) ? [everyKeyToRead(node)] : []), '+ping', '+info'],
        wanted: [...measuring, ...commands],
      };
    default: {
      const rights = rightsOfApplications(node, {
        policy: band.scene.input.policy,
        use: useOf(band.servers),
        seen: commands,
      });
      return band.sentinels.length > 0 ? { ...rights, wanted: [...rights.wanted, 'role'] } : rights;
    }
  }
}

/** What programs that measure ask of every server, redis_exporter among them. */
const measuring = (
  'hello select client|setname client|setinfo slowlog|len slowlog|get latency|latest latency|histogram ' +
  'cluster|info dbsize'
).split(' ');

const readsKeys = ({ commands }: Situation, seen: readonly string[]): boolean =>
  commands?.commands.some(
    ({ name, categories }) => categories.includes('read') && seen.includes(name.toLowerCase()),
  ) === true;

export function makeUser(band: Band, node: Situation, wanted: NewUser): readonly Draft[] {
  const { name: kind, label } = wanted;
  const name = freeName(band.servers, kind);
  const fresh = freshUser(node, name);
  const rights = rightsOf(band, node, wanted);
  const begun = fresh && changedUser(node, fresh, rights.base);
  if (!begun || 'refused' in begun) return [];
  const { rules: extra, user: after } = withCommands(node, begun.user, rights.wanted);
  const rules = [...rights.base, ...extra];
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
      ...(rights.risk ? { risk: rights.risk } : {}),
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
