import type {
  AclFileFacts,
  AclLogEntry,
  Actor,
  AdvisoryState,
  Cell,
  CertificateFacts,
  ClientFacts,
  ClusterNode,
  ConfFacts,
  ConfProblem,
  DirectiveLine,
  Drift,
  Endpoint,
  Exposure,
  FileFacts,
  Filtering,
  Grant,
  HostAddress,
  HostSign,
  Identity,
  Listener,
  ModuleFacts,
  Origin,
  ProcessFacts,
  Reach,
  ReplicationFacts,
  SecretNote,
  SelectorFacts,
  SentinelMaster,
  Setting,
  UnitFacts,
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
  keys: ['~*'],
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

/** Rules of a packet filter about the server's ports. */
export const filtering = (more: Partial<Filtering> = {}): Filtering => ({
  rules: 1,
  idle: [],
  unsaved: [],
  savedIn: ['/etc/iptables/rules.v4'],
  ...more,
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

/** A listening socket; of a port by its purpose, unless said otherwise. */
export const listener = (address: string, more: Partial<Listener> = {}): Listener => ({
  address,
  family: address.startsWith('/') ? 'unix' : address.includes(':') ? 'ipv6' : 'ipv4',
  ...(address.startsWith('/') ? {} : { port: 6379 }),
  purpose: address.startsWith('/') ? 'unix' : 'redis',
  ...more,
});

export const hostAddress = (address: string, name = 'eth0', prefix = 24): HostAddress => ({
  interface: name,
  address,
  prefix,
});

/** A sound certificate, valid through 2026. */
export const certificate = (more: Partial<CertificateFacts> = {}): CertificateFacts => ({
  path: '/etc/redis/tls/redis.crt',
  subject: 'CN=redis.example.net',
  issuer: 'CN=Example CA',
  names: ['redis.example.net'],
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2026-12-31T23:59:59.000Z',
  selfSigned: false,
  authority: false,
  key: { type: 'ec', curve: 'prime256v1' },
  signature: 'ecdsa-with-SHA256',
  sha256: 'AA:01',
  ...more,
});

export const endpoint = (address: string, tls?: Partial<NonNullable<Endpoint['tls']>>): Endpoint => ({
  address,
  port: tls ? 6380 : 6379,
  local: false,
  ...(tls
    ? {
        tls: {
          protocol: 'TLSv1.3',
          cipher: 'TLS_AES_256_GCM_SHA384',
          trusted: true,
          clientCertificateWanted: false,
          ...tls,
        },
      }
    : {}),
});

export const unit = (service: Readonly<Record<string, string>> = {}): UnitFacts => ({
  name: 'redis-server.service',
  fragments: ['/usr/lib/systemd/system/redis-server.service'],
  service,
});

export const drift = (name: string, there: string, here: string): Drift => ({
  kind: 'setting',
  name,
  between: ['file', 'runtime'],
  there,
  here,
});

/** A line of a configuration file: `line('bind', ['0.0.0.0'])`. */
export const line = (name: string, args: DirectiveLine['args'], at = 10): DirectiveLine => ({
  name,
  args,
  file: '/etc/redis/redis.conf',
  line: at,
});

export const problem = (reason: string, fatal: boolean, at = 12): ConfProblem => ({
  file: '/etc/redis/redis.conf',
  line: at,
  column: 1,
  reason,
  fatal,
});

export const advisoryState = (id: string, more: Partial<AdvisoryState> = {}): AdvisoryState => ({
  id,
  title: 'Lua scripts can run code',
  severity: 'critical',
  state: 'affected',
  because: 'fixed only in a later release',
  reachableBy: [],
  effects: ['code-execution'],
  links: [],
  ...more,
});

export const sentinelMaster = (name: string, more: Partial<SentinelMaster> = {}): SentinelMaster => ({
  name,
  address: '10.0.0.5:6379',
  flags: 'master',
  quorum: 2,
  sentinels: 3,
  ...more,
});

export const clusterNode = (address: string, self = false): ClusterNode => ({
  id: address,
  address,
  port: 6379,
  busPort: 16379,
  flags: self ? ['myself', 'master'] : ['master'],
  self,
});
