import type {
  AclFileFacts,
  AclLogEntry,
  Actor,
  Cell,
  ClientFacts,
  ConfFacts,
  ConfProblem,
  Exposure,
  FileFacts,
  Grant,
  HostSign,
  Identity,
  ModuleFacts,
  Origin,
  ProcessFacts,
  Reach,
  ReplicationFacts,
  SecretNote,
  SelectorFacts,
  Setting,
  UserFacts,
} from '../model/index.ts';

/** Short ways to write the facts of an example: only what differs from a quiet, well-kept server is said. */

export const secret = (strength: SecretNote['strength'], same: string = strength): SecretNote => ({
  secret: true,
  strength,
  same,
});

export function user(
  name: string,
  more: Partial<UserFacts> & { readonly selector?: Partial<SelectorFacts> } = {},
): UserFacts {
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

export const actor = (kind: Actor['kind'], name = 'default'): Actor => ({
  id: `${kind}:${name}`,
  kind,
  user: name,
  label: name,
});

export const exposure = (
  origins: readonly Origin[],
  actors: readonly Actor[] = [],
  cells: readonly Cell[] = [],
): Exposure => ({
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

/** A redis.conf; `settings` are those that the file sets. */
export const conf = (more: Partial<ConfFacts> = {}): ConfFacts => ({
  path: '/etc/redis/redis.conf',
  files: ['/etc/redis/redis.conf'],
  lines: [],
  settings: {},
  renames: [],
  users: [],
  problems: [],
  sentinel: false,
  ...more,
});

export const rename = (from: string, to: string | SecretNote, line = 40): ConfFacts['renames'][number] => ({
  from,
  to,
  line,
  file: '/etc/redis/redis.conf',
});

export const aclFile = (
  users: readonly UserFacts[],
  problems: readonly ConfProblem[] = [],
): AclFileFacts => ({
  path: '/etc/redis/users.acl',
  users,
  problems,
});

export const replication = (more: Partial<ReplicationFacts> = {}): ReplicationFacts => ({
  role: 'master',
  replicas: [],
  replicationId: 'bc2ceb323e37226d3d88b9368edf9314e1f16271',
  ...more,
});

export const moduleFacts = (name: string, path?: string): ModuleFacts => ({
  name,
  version: 1,
  ...(path ? { path } : {}),
});

export const hostSign = (kind: HostSign['kind'], path: string, seen: string): HostSign => ({
  kind,
  path,
  seen,
});

export const denial = (
  reason: string,
  name: string,
  object: string,
  count = 1,
  more: Partial<AclLogEntry> = {},
): AclLogEntry => ({
  reason,
  object,
  user: name,
  count,
  ageSeconds: 60,
  ...more,
});

export const client = (address: string, more: Partial<ClientFacts> = {}): ClientFacts => ({
  address,
  ...more,
});
