/** A plan in which every property of the model stands, and every kind of action, resource, claim, goal and risk. */
import type { Action, Claim, Goal, Plan, Proof, Resource, Risk, Step } from '../src/model/index.ts';
import { resourcesOf } from '../src/engine/apply/index.ts';

const node = 'n1';
const conf = '/etc/redis/redis.conf';
const admin = { secret: 'user:admin' };
const certificates = '/etc/redis/tls';

export const actions: readonly Action[] = [
  { do: 'set-setting', node, name: 'masterauth', value: { secret: 'user:replica' } },
  { do: 'set-setting', node, name: 'maxmemory', value: '2gb' },
  { do: 'set-user', node, user: 'admin', rules: ['reset', 'on', admin, '~*', '&*', '+@all'] },
  { do: 'set-user', node, user: 'app', rules: [{ secret: 'user:app' }, { drop: 'user:replica' }, '-@admin'] },
  { do: 'delete-user', node, user: 'old' },
  { do: 'keep-user', node, user: 'admin', path: '/etc/redis/users.acl', file: 'aclfile' },
  { do: 'keep-user', node, user: 'app', path: conf, file: 'conf' },
  { do: 'save', node, by: 'acl-save' },
  { do: 'save', node, by: 'config-rewrite' },
  {
    do: 'edit-conf',
    node,
    path: conf,
    changes: [
      { do: 'set', name: 'protected-mode', args: ['yes'] },
      { do: 'append', name: 'client-output-buffer-limit', args: ['pubsub', '32mb', '8mb', '60'] },
      {
        do: 'replace',
        name: 'save',
        lines: [
          ['3600', '1'],
          ['300', '100'],
        ],
      },
      { do: 'remove', name: 'save', beginning: ['60'] },
      { do: 'comment-out', name: 'loadmodule', beginning: ['/tmp/module.so'] },
      { do: 'set', name: 'masterauth', args: [{ secret: 'user:replica' }] },
    ],
  },
  {
    do: 'write-file',
    node,
    path: '/etc/systemd/system/redis-server.service.d/keyward.conf',
    text: '[Service]\nNoNewPrivileges=yes\nUser=redis\nReadWritePaths=-/var/lib/redis\n',
    mode: '0644',
    owner: 'root',
    group: 'root',
  },
  { do: 'set-access', node, path: conf, mode: '0640', owner: 'redis', group: 'redis' },
  { do: 'set-access', node, path: '/var/lib/redis', mode: 'go-w' },
  {
    do: 'make-certificate',
    node,
    folder: certificates,
    names: ['db.example', '10.0.0.5'],
    days: 365,
    clients: ['app'],
    renew: { olderThan: '2026-11-01T00:00:00.000Z', newKey: false },
    owner: 'redis',
    group: 'redis',
  },
  { do: 'set-user', node, user: 'default', rules: ['resetpass', 'off'] },
  { do: 'set-sentinel', node: 'n2', master: 'mymaster', option: 'auth-user', value: 'sentinel' },
  { do: 'renew-links', node, user: 'default' },
  {
    do: 'set-sentinel',
    node: 'n2',
    master: 'mymaster',
    option: 'auth-pass',
    value: { secret: 'user:sentinel' },
  },
  { do: 'restart', node, by: { kind: 'systemd', unit: 'redis-server.service' } },
  { do: 'restart', node: 'n2', by: { kind: 'relaunch' } },
  { do: 'set-firewall', node, backend: 'iptables', ports: [6379, 6380], allow: ['10.0.0.0/8', 'fd00::/8'] },
  {
    do: 'keep-firewall',
    node,
    path: '/etc/iptables/rules.v4',
    words: 'iptables-save',
    backend: 'iptables',
    ports: [6379, 6380],
    allow: ['10.0.0.0/8', 'fd00::/8'],
  },
];

const port = { node, host: '10.0.0.5', port: 6380 };
export const claims: readonly Claim[] = [
  { claim: 'answers', node },
  { claim: 'setting', node, name: 'maxmemory', value: '2gb' },
  { claim: 'file-sets', node, path: conf, name: 'masterauth', value: { secret: 'user:replica' } },
  { claim: 'user-exists', node, user: 'app', exists: true },
  { claim: 'user-has', node, user: 'app', words: ['-@admin'] },
  { claim: 'passwords', node, user: 'app', are: [admin] },
  { claim: 'user-kept', node, user: 'admin', path: '/etc/redis/users.acl', file: 'aclfile' },
  { claim: 'login', node, as: { kind: 'nobody' }, accepted: false },
  { claim: 'login', node, as: { kind: 'wrong', user: 'default' }, accepted: false },
  { claim: 'login', node, as: { kind: 'user', user: 'admin', password: admin }, accepted: true },
  { claim: 'command', node, as: { kind: 'operator' }, words: ['ping'], permitted: true },
  { claim: 'port', ...port, tls: true, open: true },
  { claim: 'serves', ...port, certificate: `${certificates}/server.crt`, ca: `${certificates}/ca.crt` },
  { claim: 'client-certificate', ...port, required: true },
  { claim: 'access', node, path: conf, mode: '0640', owner: 'redis', group: 'redis' },
  { claim: 'runs-as', node, user: 'redis' },
  { claim: 'no-new-privileges', node },
  { claim: 'unused', node, user: 'default', except: ['10.0.0.9'] },
  { claim: 'unused', node, port: 6379 },
  { claim: 'moved', node, user: 'app' },
  { claim: 'no-refused-login', node, user: 'app', seconds: 3 },
  { claim: 'replicates', node },
  { claim: 'firewall-allows', node, port: 6379, source: '0.0.0.0/0', except: ['10.0.0.0/8'], allowed: false },
];

export const goals: readonly Goal[] = [
  { kind: 'setting', name: 'timeout', value: '300' },
  { kind: 'setting', name: 'maxmemory', ask: 'what the host can spare' },
  { kind: 'user', name: 'default', rules: ['resetpass', 'off'] },
  { kind: 'new-password', of: 'user app' },
  { kind: 'file', path: conf, mode: '0640', owner: 'redis', group: 'redis' },
  { kind: 'unit', directive: 'NoNewPrivileges', value: 'yes' },
  { kind: 'run-as', user: 'redis' },
  { kind: 'upgrade', to: '8.6.3' },
  { kind: 'upgrade', ask: 'a version that is kept up' },
  { kind: 'reachable-only', port: 6379, from: '10.0.0.0/8' },
  { kind: 'certificate', path: `${certificates}/server.crt`, need: 'a name' },
  { kind: 'investigate', what: 'who set it' },
];

const risks: readonly Risk[] = [
  { level: 'none' },
  { level: 'reconnect', why: 'for a moment' },
  { level: 'restart', why: 'it starts anew' },
  { level: 'refuses', why: 'whoever has no password' },
];

const step = (id: number, does: readonly Action[], more: Partial<Step> = {}): Step => ({
  id: `s${id}`,
  kind: 'setting',
  node,
  title: 'A step',
  checks: ['no-password'],
  does,
  undo: does.flatMap(resourcesOf),
  guard: [],
  proves: [],
  risk: risks[id % risks.length] ?? { level: 'none' },
  closes: ['o1|nobody|read'],
  needs: 'root',
  ...more,
});

const steps = actions.map((action, index) =>
  step(index + 1, [action], index === 0 ? { guard: claims, proves: claims } : {}),
);
const held = step(actions.length + 1, [
  { do: 'restart', node, by: { kind: 'systemd', unit: 'redis-server.service' } },
]);

export const completePlan: Plan = {
  schema: 'keyward.plan/1',
  version: '0.1.0',
  id: '2026-11-01-0123456789ab',
  madeAt: '2026-11-01T00:00:00.000Z',
  policy: 'strict',
  nodes: [
    {
      id: 'n1',
      target: { kind: 'tcp', host: '10.0.0.5', port: 6379, tls: false, user: 'default' },
      host: 'here',
      product: 'redis',
      version: '7.2.4',
      mode: 'standalone',
      role: 'master',
      conf,
      aclFile: '/etc/redis/users.acl',
      restart: { kind: 'systemd', unit: 'redis-server.service' },
    },
    {
      id: 'n2',
      target: { kind: 'unix', path: '/run/redis/sentinel.sock', user: 'watcher' },
      host: 'ssh://ops@db2.example:2222',
      product: 'redis',
      version: '7.2.4',
      mode: 'sentinel',
      role: 'sentinel',
      restart: { kind: 'relaunch' },
    },
  ],
  secrets: ['admin', 'app', 'replica', 'sentinel'].map((user) => ({
    id: `user:${user}`,
    label: `password of user ${user}`,
    user,
    ...(user === 'app' ? { fresh: true as const } : {}),
  })),
  steps,
  held: [{ step: held, why: 'It takes effect only when the server starts anew.', release: '--restart' }],
  unmet: goals.map((goal) => ({
    node,
    goal,
    checks: [],
    severity: 'high',
    why: 'It cannot.',
    advice: 'Do it.',
  })),
  previews: [
    { step: 's1', text: 'CONFIG SET masterauth ***' },
    { step: 's10', path: conf, text: '+protected-mode yes' },
  ],
  census: [
    {
      node,
      seconds: 2.5,
      looks: 3,
      used: { commands: ['get', 'xgroup|create'], seconds: 86_400 },
      doubts: ['it was a short look'],
      groups: [
        {
          user: 'default',
          address: '10.0.0.7',
          to: { address: '10.0.0.5', port: 6379 },
          library: 'redis-py(7.0.0)',
          kind: 'client',
          connections: 3,
          commands: ['get', 'config|get'],
          databases: [0],
        },
      ],
    },
  ],
  basis: steps
    .flatMap(({ undo }) => undo)
    .map((resource: Resource) => ({ resource, fingerprint: 'a'.repeat(64) })),
};

export const completeProof: Proof = {
  schema: 'keyward.proof/1',
  version: '0.1.0',
  plan: completePlan.id,
  targets: ['redis://10.0.0.5:6379'],
  madeAt: '2026-11-01T00:00:00.000Z',
  from: 'ops.example',
  trials: claims.map((claim, index) => ({
    claim,
    from: 'here',
    at: '2026-11-01T00:00:01.000Z',
    outcome: (['held', 'broken', 'untried'] as const)[index % 3] ?? 'held',
    saw: 'it does',
  })),
  summary: { held: 7, broken: 6, untried: 6 },
  audits: [
    {
      name: 'redis://10.0.0.5:6379',
      health: 'sound',
      counts: { info: 0, low: 1, medium: 0, high: 0, critical: 0 },
      nobodyCells: 0,
    },
  ],
};
