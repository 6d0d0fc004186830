import type {
  Actor, Cell, Exposure, FileFacts, Grant, Identity, Origin, ProcessFacts, Reach, SecretNote, SelectorFacts, Setting, UserFacts,
} from '../model/index.ts';

/** Short ways to write the facts of an example: only what differs from a quiet, well-kept server is said. */

export const secret = (strength: SecretNote['strength'], same = strength): SecretNote => ({ secret: true, strength, same });

export function user(name: string, more: Partial<UserFacts> & { readonly selector?: Partial<SelectorFacts> } = {}): UserFacts {
  const { selector, ...rest } = more;
  return {
    name,
    enabled: true,
    noPassword: false,
    passwords: [secret('strong')],
    selectors: [{ commands: ['+@all'], keys: ['~*'], channels: ['&*'], ...selector }],
    rules: [],
    ...rest,
  };
}

/** `settings({ bind: '*' })`, as read from the live server; `from` says otherwise for all of them. */
export function settings(
  values: Readonly<Record<string, string | SecretNote>>,
  from: Setting['from'] = 'runtime',
): Record<string, Setting> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, from }]));
}

export const identity = (more: Partial<Identity> = {}): Identity => ({
  product: 'redis',
  version: '7.2.16',
  mode: 'standalone',
  role: 'master',
  doubts: [],
  because: ['INFO'],
  ...more,
});

export const grant = (name: string, more: Partial<Grant> = {}): Grant => ({
  user: name,
  enabled: true,
  commands: ['get', 'set'],
  allKeys: true,
  allChannels: true,
  can: { read: ['get'], write: ['set'] },
  ...more,
});

export const origin = (reach: Reach, more: Partial<Origin> = {}): Origin => ({
  id: reach,
  reach,
  label: reach,
  sources: reach === 'host' ? ['127.0.0.0/8', '::1/128'] : ['0.0.0.0/0'],
  via: { address: reach === 'host' ? '127.0.0.1' : '0.0.0.0', port: 6379, tls: false },
  certainty: 'certain',
  because: [],
  ...more,
});

export const actor = (kind: Actor['kind'], name = 'default'): Actor => ({ id: `${kind}:${name}`, kind, user: name, label: name });

export const exposure = (origins: readonly Origin[], actors: readonly Actor[] = [], cells: readonly Cell[] = []): Exposure => ({
  origins,
  actors,
  cells,
  notCollected: [],
});

export const processFacts = (more: Partial<ProcessFacts> = {}): ProcessFacts => ({
  pid: 100,
  exe: '/usr/bin/redis-server',
  argv: ['/usr/bin/redis-server', '127.0.0.1:6379'],
  secretArguments: [],
  uid: 112,
  user: 'redis',
  gid: 118,
  group: 'redis',
  capabilities: [],
  noNewPrivileges: true,
  seccomp: 2,
  limits: { nofile: 65535, core: 0 },
  ...more,
});

export const file = (path: string, role: FileFacts['role'], more: Partial<FileFacts> = {}): FileFacts => ({
  path,
  role,
  kind: 'file',
  owner: 'redis',
  group: 'redis',
  mode: '0640',
  looseParents: [],
  ...more,
});
