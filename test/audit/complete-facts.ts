/** A server of which everything is known: the compiler asks for every property of the model, also the optional ones. */
import type { CommandTable } from '../../src/lang/acl/index.ts';
import type {
  CertificateFacts,
  CollectedFacts,
  ConfProblem,
  SecretNote,
  Target,
  UserFacts,
} from '../../src/index.ts';

export type Complete<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer E)[]
    ? readonly Complete<E>[]
    : { readonly [K in keyof T]-?: Complete<T[K]> };

const note: Complete<SecretNote> = { secret: true, strength: 'weak', why: 'eight small letters', same: 'a1' };
const where = { file: '/etc/redis/redis.conf', line: 3 };
const user: Complete<UserFacts> = {
  name: 'app',
  enabled: true,
  noPassword: false,
  passwords: [note],
  selectors: [{ commands: ['+@read'], keys: ['~app:*'], channels: ['&*'], databases: ['db=0'] }],
  where,
  rules: ['on', '~app:*', '+@read'],
};
const problem: Complete<ConfProblem> = { ...where, column: 1, reason: 'unknown directive', fatal: true };
const certificate: Complete<CertificateFacts> = {
  path: '/etc/redis/tls.crt',
  subject: 'CN=cache',
  issuer: 'CN=authority',
  names: ['cache.example'],
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2027-01-01T00:00:00.000Z',
  selfSigned: false,
  authority: false,
  key: { type: 'ec', bits: 256, curve: 'prime256v1' },
  signature: 'ecdsa-with-SHA256',
  sha256: 'AB:CD',
};
const command = { arity: -2, flags: ['write'], firstKey: 1, lastKey: 1, keyStep: 1, categories: ['write'] };
const keySpecs = [
  {
    flags: ['RW'],
    begin: { type: 'index', index: 1 },
    find: { type: 'range', lastKey: 0, step: 1, limit: 0 },
  },
  {
    flags: ['RO'],
    begin: { type: 'keyword', keyword: 'STORE', startFrom: 2 },
    find: { type: 'keynum', keyNumIndex: 0, firstKey: 1, step: 1 },
  },
  { flags: [], begin: { type: 'unknown' }, find: { type: 'unknown' } },
] as const;
const commands: Complete<CommandTable> = {
  commands: [
    { ...command, name: 'config', calledAs: 'cfg', parent: 'none', container: true, keySpecs },
    { ...command, name: 'config|get', parent: 'config', container: true, calledAs: '', keySpecs: [] },
  ],
  categories: ['read', 'write'],
  server: { product: 'redis', version: '7.2.4' },
  exact: true,
};

export const completeFacts: Complete<CollectedFacts> = {
  endpoint: {
    address: '127.0.0.1',
    port: 6379,
    tls: { protocol: 'TLSv1.3', cipher: 'AES', trusted: 'self-signed', clientCertificateWanted: false },
    local: true,
  },
  door: 'open',
  greeting: {
    banner: '-DENIED',
    replies: [{ command: 'PING', reply: '+PONG', kind: 'status' }],
  },
  whoami: 'default',
  info: { redis_version: '7.2.4', redis_mode: 'standalone', role: 'master', run_id: 'a'.repeat(40) },
  config: { port: '6379', requirepass: note, dir: '/var/lib/redis', 'protected-mode': 'no', bind: '*' },
  aclUsers: [user, { ...user, name: 'default' }],
  aclLog: [
    { reason: 'auth', object: 'AUTH', user: 'app', count: 2, ageSeconds: 1.5, client: '198.51.100.7' },
  ],
  commandReply: commands,
  modules: [{ name: 'search', version: 20_000, path: '/usr/lib/redis/search.so' }],
  clients: [
    {
      address: '10.0.0.2:5000',
      user: 'app',
      name: 'worker',
      library: 'redis-py',
      command: 'get',
      flags: 'N',
      tls: false,
      ageSeconds: 9,
    },
  ],
  clusterNodes: [
    { id: 'f00d', address: '10.0.0.3', port: 6379, busPort: 16_379, flags: ['master'], self: true },
  ],
  sentinelMasters: [{ name: 'main', address: '10.0.0.3:6379', flags: 'master', quorum: 2, sentinels: 3 }],
  functions: [{ name: 'lib', engine: 'LUA', signs: ['os.execute'] }],
  indicatorKeys: ['db0:backup1'],
  servedCertificate: { ...certificate, path: 'served' },
  conf: {
    path: where.file,
    files: [where.file],
    lines: [{ ...where, name: 'requirepass', args: [note, 'text'] }],
    settings: { requirepass: note, port: '6379' },
    renames: [
      { ...where, from: 'CONFIG', to: note },
      { ...where, from: 'DEBUG', to: '' },
    ],
    users: [user],
    problems: [problem],
    sentinel: false,
  },
  aclFile: { path: '/etc/redis/users.acl', users: [user], problems: [problem] },
  certificates: [certificate],
  process: {
    pid: 812,
    exe: '/usr/bin/redis-server',
    argv: ['redis-server', '*:6379'],
    secretArguments: ['--requirepass'],
    cwd: '/var/lib/redis',
    uid: 0,
    user: 'root',
    gid: 0,
    group: 'root',
    capabilities: ['CAP_NET_ADMIN'],
    noNewPrivileges: false,
    seccomp: 0,
    limits: { nofile: 10_032, core: -1 },
  },
  listeners: [{ address: '0.0.0.0', family: 'ipv4', port: 6379, purpose: 'redis', mode: '0777' }],
  hostAddresses: [{ interface: 'eth0', address: '10.0.0.3', prefix: 24 }],
  firewall: {
    layers: [
      {
        network: 'server',
        rules: [{ words: 'iptables-save', from: 'iptables-save', text: '*filter\nCOMMIT\n' }],
        interfaces: [
          {
            name: 'eth0',
            addresses: ['10.0.0.3'],
            networks: ['10.0.0.0/24'],
            routes: ['0.0.0.0/0'],
            gateways: ['10.0.0.1'],
          },
        ],
        forwarding: { ipv4: true, ipv6: false },
        otherRoutes: false,
        routeLocalnet: false,
        filtersBridges: false,
        unread: ['rules of nftables (no nft here)'],
      },
    ],
    inside: false,
    saved: [{ words: 'nft', from: '/etc/nftables.conf', text: 'flush ruleset\n' }],
    managers: ['ufw'],
  },
  files: [
    {
      path: where.file,
      role: 'conf',
      kind: 'file',
      owner: 'redis',
      group: 'redis',
      mode: '0644',
      looseParents: ['/etc/redis'],
    },
  ],
  unit: {
    name: 'redis.service',
    fragments: ['/lib/systemd/system/redis.service'],
    service: { NoNewPrivileges: 'no' },
  },
  container: { kind: 'docker', id: 'c0ffee', privileged: true },
  package: {
    manager: 'dpkg',
    name: 'redis-server',
    version: '5:7.2.4-1',
    distribution: 'debian',
    release: '13',
  },
  hostSigns: [{ kind: 'cron', path: '/etc/cron.d/x', seen: 'curl | sh' }],
};

export const targets: readonly Complete<Target>[] = [
  { kind: 'tcp', host: 'cache.example', port: 6379, tls: true, user: 'app' },
  { kind: 'unix', path: '/run/redis.sock', user: 'app' },
  { kind: 'conf', path: where.file },
  { kind: 'snapshot', path: 'today.json' },
];
