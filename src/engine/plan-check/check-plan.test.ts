import { describe, expect, it } from 'vitest';
import type { Action, Claim, Plan, PlanNode, RestartWay, Step } from '../../model/index.ts';
import { resourcesOf } from '../apply/index.ts';
import { checkPlan } from './check-plan.ts';

const node = 'n1';
const conf = '/etc/redis/redis.conf';
const server: PlanNode = {
  id: node,
  target: { kind: 'tcp', host: '127.0.0.1', port: 6379, tls: false },
  host: 'here',
  product: 'redis',
  version: '7.2.4',
  mode: 'standalone',
  role: 'master',
  conf,
  restart: { kind: 'systemd', unit: 'redis-server.service' },
};
const stepOf = (does: readonly Action[], id = 's1', more: Partial<Step> = {}): Step => ({
  id,
  kind: 'setting',
  node,
  title: 'a step',
  checks: [],
  does,
  undo: does.flatMap(resourcesOf),
  guard: [],
  proves: [],
  risk: { level: 'none' },
  closes: [],
  needs: 'root',
  ...more,
});
const planOf = (steps: readonly Step[], more: Partial<Plan> = {}): Plan => ({
  schema: 'keyward.plan/1',
  version: '0.1.0',
  id: 'p',
  madeAt: '2026-11-01T00:00:00.000Z',
  policy: 'strict',
  nodes: [server],
  secrets: ['admin', 'app', 'default'].map((user) => ({ id: `user:${user}`, label: user, user })),
  steps,
  held: [],
  unmet: [],
  previews: [],
  census: [],
  basis: [],
  ...more,
});
const doing = (action: Action, at: Partial<PlanNode> = {}): string =>
  checkPlan(planOf([stepOf([action])], { nodes: [{ ...server, ...at }] })).join('; ');

const set = (name: string, value: string | { secret: string }): Action => ({
  do: 'set-setting',
  node,
  name,
  value,
});
const line = (name: string, ...args: readonly string[]): Action => ({
  do: 'edit-conf',
  node,
  path: conf,
  changes: [{ do: 'append', name, args }],
});
const write = (
  path: string,
  text: string,
  more: Partial<Extract<Action, { do: 'write-file' }>> = {},
): Action => ({
  do: 'write-file',
  node,
  path,
  text,
  mode: '0644',
  ...more,
});
const dropIn = '/etc/systemd/system/redis-server.service.d/keyward.conf';
const access = (path: string, more: { mode?: string; owner?: string; group?: string }): Action => ({
  do: 'set-access',
  node,
  path,
  ...more,
});
const certificates = (
  folder: string,
  more: Partial<Extract<Action, { do: 'make-certificate' }>> = {},
): Action => ({
  do: 'make-certificate',
  node,
  folder,
  names: ['localhost', '127.0.0.1', '::1', '*.db.example'],
  days: 365,
  clients: [],
  ...more,
});
const rules = (user: string, ...words: readonly (string | { secret: string })[]): Action => ({
  do: 'set-user',
  node,
  user,
  rules: words,
});

describe('nobody becomes root by a plan', () => {
  it.each<readonly [string, Action]>([
    ['a module', line('loadmodule', '/tmp/x.so')],
    ['another file of the configuration', line('include', '/tmp/x.conf')],
    ['a dump among the jobs of cron', set('dir', '/etc/cron.d')],
    ['a dump among the keys of root', set('dir', '/root/.ssh')],
    ['a dump that is a list of keys', set('dbfilename', 'authorized_keys')],
    ['a dump by a way up', set('dbfilename', '../x')],
    ['a log anywhere', set('logfile', '/etc/cron.d/x')],
    ['a pid file anywhere', line('pidfile', '/etc/passwd')],
    ['a socket that deletes what is there', set('unixsocket', '/etc/shadow')],
    ['users from a file of everybody', set('aclfile', '/tmp/users.acl')],
    ['protected settings', set('enable-protected-configs', 'yes')],
    ['modules at runtime', line('enable-module-command', 'yes')],
    ['a script of Sentinel', line('sentinel', 'notification-script', 'mymaster', '/tmp/x')],
    ['a program of KeyDB', line('db-s3-object', '/tmp/x')],
    ['a second pair in one name', set('maxmemory-samples 5 dir', '/x')],
    ['a line in a line', line('maxmemory', '1gb\nloadmodule /tmp/x.so')],
    ['a line in a name', line('maxmemory 1\nloadmodule', '/tmp/x.so')],
    ['a command in a script', line('timeout', '5', 'sh', '-c', 'id')],
    ['a program for a directive', line('python3', 'x')],
    ['a unit that starts something', write(dropIn, '[Service]\nExecStartPre=/bin/sh -c id\n')],
    ['a unit with a library', write(dropIn, '[Service]\nEnvironment=LD_PRELOAD=/tmp/x.so\n')],
    ['a unit of root', write(dropIn, '[Service]\nUser=root\n')],
    ['a unit of a mighty group', write(dropIn, '[Service]\nUser=redis\nGroup=docker\n')],
    ['a unit of a mighty group alone', write(dropIn, '[Service]\nGroup=docker\n')],
    ['a unit that goes on', write(dropIn, '[Service]\n# \\\nUser=redis\n')],
    ['a unit with a section more', write(dropIn, '[Service]\nUMask=077\n[Install]\nAlias=x.service\n')],
    ['another unit', write('/etc/systemd/system/sshd.service.d/keyward.conf', '[Service]\nUMask=077\n')],
    ['a unit of its own', write('/etc/systemd/system/redis-x.service', '[Service]\nUMask=077\n')],
    ['a job of cron', write('/etc/cron.d/redis', '* * * * * root id\n')],
    ['a sudoer', write('/etc/sudoers.d/redis', 'redis ALL=(ALL) NOPASSWD: ALL\n')],
    ['a rule of logrotate', write('/etc/logrotate.d/redis', '')],
    ['a key', write('/root/.ssh/authorized_keys', 'ssh-ed25519 x\n')],
    ['a way up', write('/etc/redis/../cron.d/x.conf', '')],
    ['a way beside', write('/etc/redis-../x.conf', 'loadmodule /x')],
    ['the library of every program', write('/etc/ld.so.preload', '/tmp/x.so\n')],
    ['a module in a file beside', write('/etc/redis/more.conf', 'LoadModule /tmp/x.so\n')],
    ['the configuration itself', write(conf, '')],
    ['a script beside', write('/etc/redis/start.sh', '#!/bin/sh\n')],
    ['a program of stunnel', write('/etc/stunnel/redis.conf', '[redis]\nexec = /bin/sh\n')],
    ['a program', write('/etc/redis/more.conf', '', { mode: '0755' })],
    ['setuid', access('/var/lib/redis/x', { mode: '4755' })],
    ['setuid in words', access('/var/lib/redis/x', { mode: 'u+s' })],
    ['setgid for another', access('/var/lib/redis/x', { mode: '2750', group: 'root' })],
    ['the accounts', access('/etc/shadow', { owner: 'redis' })],
    ['the accounts to be read', access('/etc/shadow', { mode: '0644' })],
    ['everybody', access('/etc/redis/redis.conf', { mode: '0666' })],
    ['everybody in words', access('/etc/redis/redis.conf', { mode: '+w' })],
    ['an option for chown', access('/var/lib/redis', { owner: '--reference=/tmp/x' })],
    ['a folder of the system', certificates('/etc/ssh')],
    ['a client that is a path', certificates('/etc/redis/tls', { clients: ['../../cron.d/x'] })],
    ['another service', { do: 'restart', node, by: { kind: 'systemd', unit: 'sshd.service' } }],
    ['another way to start', { do: 'restart', node, by: { kind: 'relaunch' } }],
    [
      'a file of another program',
      {
        do: 'edit-conf',
        node,
        path: '/etc/ssh/sshd_config',
        changes: [{ do: 'set', name: 'port', args: ['1'] }],
      },
    ],
    ['users in a script', { do: 'keep-user', node, user: 'app', path: '/opt/app/run.sh', file: 'conf' }],
  ])('%s', (_, action) => {
    expect(doing(action)).not.toBe('');
  });

  it('by another node than it is', () => {
    const steals = {
      do: 'edit-conf',
      node,
      path: '/etc/shadow',
      changes: [{ do: 'set', name: 'port', args: ['1'] }],
    } as const;
    expect(doing(steals, { conf: '/etc/shadow' })).toContain('file of the system');
    expect(doing(write('/root/.ssh/x.conf', ''), { conf: '/root/.ssh/redis.conf' })).not.toBe('');
    expect(doing(write('/etc/cron.d/x.conf', ''), { conf: '/etc/cron.d/redis.conf' })).not.toBe('');
    expect(doing(write('/etc/x.conf', ''), { conf: '/etc/redis.conf' })).not.toBe('');
    const start: Action = { do: 'restart', node, by: { kind: 'systemd', unit: 'poweroff.target' } };
    expect(doing(start, { restart: start.by })).toContain('service');
    expect(doing(set('timeout', '1'), { host: 'ssh://-oProxyCommand=id' })).toContain('ssh://user@host');
    expect(doing(set('timeout', '1'), { host: 'ssh://a;id@x' })).toContain('ssh://user@host');
  });

  it('in two steps where one would not do', () => {
    const path = '/var/lib/redis/x';
    const steps = [stepOf([access(path, { group: 'root' })]), stepOf([access(path, { mode: '2750' })], 's2')];
    expect(checkPlan(planOf(steps))).toEqual([`${path} is given to somebody, and let run as its group`]);
  });
});

describe('what a planner does may be applied', () => {
  const rows: readonly (readonly [string, Action, Partial<PlanNode>?])[] = [
    ['a setting', set('maxmemory', '2gb')],
    ['several values in one', set('save', '3600 1 300 100')],
    ['data where it was', set('dir', '/var/lib/redis')],
    ['the dump as it was', set('dbfilename', 'dump.rdb')],
    ['a password', set('masterauth', { secret: 'user:app' })],
    ['a line', line('bind', '127.0.0.1', '-::1')],
    [
      'a line in an included file',
      {
        do: 'edit-conf',
        node,
        path: '/opt/shared/redis-common.conf',
        changes: [{ do: 'set', name: 'timeout', args: ['300'] }],
      },
    ],
    [
      'a configuration in /etc itself',
      {
        do: 'edit-conf',
        node,
        path: '/etc/redis.conf',
        changes: [{ do: 'set', name: 'timeout', args: ['300'] }],
      },
      { conf: '/etc/redis.conf' },
    ],
    ['certificates', certificates('/etc/redis/tls', { clients: ['app', 'db-1.example'], owner: 'redis' })],
    ['certificates beside /etc/redis.conf', certificates('/etc/keyward-tls'), { conf: '/etc/redis.conf' }],
    [
      'certificates of a server of one’s own',
      certificates('/srv/cache/tls'),
      { conf: '/srv/cache/server.conf' },
    ],
    [
      'a sandbox',
      write(
        dropIn,
        '[Service]\nProtectSystem=strict\nReadWritePaths=-/var/lib/redis\nUser=redis\nCapabilityBoundingSet=\n',
        { owner: 'root', group: 'root' },
      ),
    ],
    [
      'a tunnel',
      write('/etc/stunnel/redis.conf', '; both ends\nforeground = yes\npid = \n\n[redis]\naccept = 6380\n'),
    ],
    ['a folder of Debian', access('/var/log/redis', { mode: '2750' })],
    ['a key', access('/etc/ssl/private/redis.key', { mode: '0640', owner: 'redis' })],
    ['a program', access('/usr/bin/redis-server', { mode: '0755', owner: 'root' })],
    ['a unit', access('/etc/systemd/system/redis-server.service', { mode: 'go-w', owner: 'root' })],
    [
      'a new user',
      rules('app', 'reset', 'on', { secret: 'user:app' }, '~*', '&*', '+@all', '-@admin', '(+get ~x)'),
    ],
    ['a restart', { do: 'restart', node, by: { kind: 'systemd', unit: 'redis-server.service' } }],
    [
      'commands that nobody needs, before there were users',
      line('rename-command', 'debug', ''),
      { version: '5.0.14' },
    ],
  ];
  it.each(rows.map(([name, action, at = {}]) => ({ name, action, at })))('$name', ({ action, at }) => {
    expect(doing(action, at)).toBe('');
  });
});

describe('nobody is locked out, and nothing is opened', () => {
  const admin = rules('admin', 'reset', 'on', { secret: 'user:admin' }, '~*', '+@all');
  const close = rules('default', 'resetpass', 'off');
  const letIn: Claim = {
    claim: 'login',
    node,
    as: { kind: 'user', user: 'admin', password: { secret: 'user:admin' } },
    accepted: true,
  };
  const shut = (first: readonly Action[], last: Action, more: Partial<Plan> = {}): string =>
    checkPlan(
      planOf(
        [...(first.length > 0 ? [stepOf(first, 's1', { proves: [letIn] })] : []), stepOf([last], 's2')],
        more,
      ),
    ).join('; ');

  it('closes default behind an administrator', () => {
    expect(shut([admin], close)).toBe('');
  });

  it.each<readonly [string, readonly Action[], Action]>([
    ['before there is another', [], close],
    ['behind one without a password', [rules('admin', 'reset', 'on', '+@all')], close],
    ['behind one that is off', [rules('admin', 'reset', { secret: 'user:admin' }, '+@all')], close],
    [
      'behind one that may do little',
      [rules('app', 'reset', 'on', { secret: 'user:app' }, '+@all', '-@admin')],
      close,
    ],
    ['behind one that is deleted', [admin, { do: 'delete-user', node, user: 'admin' }], close],
    ['behind one that is closed again', [admin, rules('admin', 'off')], close],
    ['without a password, though on', [], rules('default', 'resetpass')],
    ['by reset', [], rules('default', 'reset')],
    ['to all that undo needs', [], rules('default', '-@admin')],
    ['off alone', [admin], rules('default', 'off')],
    ['for good', [admin], { do: 'delete-user', node, user: 'default' }],
  ])('does not close default %s', (_, first, last) => {
    expect(shut(first, last)).not.toBe('');
  });

  it('closes default for an operator who is somebody else', () => {
    const named = { nodes: [{ ...server, target: { ...server.target, user: 'ops' } as PlanNode['target'] }] };
    const operator: Claim = { claim: 'login', node, as: { kind: 'operator' }, accepted: true };
    expect(checkPlan(planOf([stepOf([close], 's1', { proves: [operator] })]))).toEqual([]);
    expect(checkPlan(planOf([stepOf([close], 's1', { proves: [operator] })], named))).toEqual([]);
    expect(shut([], rules('ops', 'off'), named)).toContain('ops');
    expect(shut([], { do: 'delete-user', node, user: 'ops' }, named)).toContain('ops');
  });

  it('closes nothing that nobody could confirm', () => {
    expect(checkPlan(planOf([stepOf([admin, close])]))).toEqual([
      'step s1: nothing proves that anybody still gets in at n1: nobody could confirm the plan',
    ]);
  });

  it.each<readonly [string, Action]>([
    ['no password at all', rules('app', 'on', 'nopass')],
    ['a password of its author', rules('app', 'on', '>known')],
    ['the hash of one', rules('app', 'on', `#${'a'.repeat(64)}`)],
    ['two words in one', rules('app', 'on nopass')],
    ['a user with a blank', rules('app on', 'on')],
    ['a password in the open', set('requirepass', 'known')],
    ['no password of the server', set('requirepass', '')],
    ['a secret where all see it', set('maxmemory', { secret: 'user:app' })],
    [
      'no line of requirepass',
      { do: 'edit-conf', node, path: conf, changes: [{ do: 'remove', name: 'requirepass' }] },
    ],
    ['no line of default', { do: 'edit-conf', node, path: conf, changes: [{ do: 'remove', name: 'user' }] }],
    ['a line of a user', line('user', 'default', 'on', 'nopass')],
    ['the data of another server', set('replicaof', '10.0.0.9 6379')],
    ['renamed commands where there are users', line('rename-command', 'debug', '')],
    ['a Sentinel that is none', { do: 'set-sentinel', node, master: 'm', option: 'auth-user', value: 'x' }],
  ])('refuses %s', (_, action) => {
    expect(doing(action)).not.toBe('');
  });

  it('renames nothing that others call by its name', () => {
    const old = { version: '5.0.14' };
    expect(doing(line('rename-command', 'psync', ''), old)).toContain('PSYNC');
    expect(doing(line('rename-command', 'debug', ''), { ...old, mode: 'sentinel' })).not.toBe('');
    expect(doing(line('rename-command', 'debug', ''), { ...old, role: 'replica' })).not.toBe('');
  });

  it('sets no script of a Sentinel', () => {
    const sentinel = { mode: 'sentinel', role: 'sentinel' } as const;
    const option = (name: string, value: string | { secret: string }): Action => ({
      do: 'set-sentinel',
      node,
      master: 'mymaster',
      option: name,
      value,
    });
    expect(doing(option('notification-script', '/tmp/x'), sentinel)).not.toBe('');
    expect(doing(option('auth-pass', 'known'), sentinel)).not.toBe('');
    expect(doing(option('auth-pass', { secret: 'user:app' }), sentinel)).toBe('');
  });
});

describe('a plan of many servers', () => {
  it('is judged in the time that reading it takes', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `n${index + 1}`);
    const nodes = many.map((id) => ({ ...server, id }));
    const steps = many.map((id, index) =>
      stepOf([{ do: 'set-setting', node: id, name: 'timeout', value: '300' }], `s${index + 1}`, { node: id }),
    );
    expect(checkPlan(planOf(steps, { nodes }))).toEqual([]);
  });
});

describe('a plan hangs together', () => {
  const one = stepOf([set('timeout', '300')]);
  it('has each node, step and secret once', () => {
    expect(checkPlan(planOf([one, one]))).toEqual(['step s1 is there twice']);
    expect(checkPlan(planOf([one], { held: [{ step: one, why: '', release: '' }] }))).toEqual([
      'step s1 is there twice',
    ]);
    expect(checkPlan(planOf([one], { nodes: [server, server] }))).toEqual(['node n1 is there twice']);
    const secret = { id: 'x', label: 'x', user: 'x' };
    expect(checkPlan(planOf([one], { secrets: [secret, secret] }))).toEqual(['secret x is there twice']);
  });

  it('speaks of nothing that it does not have', () => {
    const other: Action = { do: 'set-setting', node: 'n9', name: 'timeout', value: '1' };
    expect(checkPlan(planOf([stepOf([other])]))).toEqual(['there is no node n9']);
    expect(doing(set('masterauth', { secret: 'nobody' }))).toBe('there is no secret nobody');
    expect(doing({ do: 'set-user', node, user: 'app', rules: [{ drop: 'nobody' }] })).toBe(
      'there is no secret nobody',
    );
    expect(checkPlan(planOf([one], { previews: [{ step: 's7', text: '' }] }))).toEqual([
      'a preview is of step s7, which is not there',
    ]);
  });

  it('undoes what it does, and nothing else', () => {
    expect(checkPlan(planOf([{ ...one, undo: [] }]))).toEqual([
      'step s1, set-setting: it does not undo setting timeout',
    ]);
    expect(
      checkPlan(planOf([{ ...one, undo: [...one.undo, { kind: 'file', node, path: '/etc/shadow' }] }])),
    ).toEqual(['step s1 would undo what it does not do: file /etc/shadow']);
  });

  it('takes back by a start what counts from a start on, and by no other start than its node has', () => {
    const file = stepOf([line('timeout', '300')]);
    const undone = (by: RestartWay, step = file): readonly string[] =>
      checkPlan(planOf([{ ...step, undo: [...step.undo, { kind: 'process', node, by }] }]));
    const own: RestartWay = { kind: 'systemd', unit: 'redis-server.service' };
    const refused = ['step s1 would undo what it does not do: process'];
    expect(undone(own)).toEqual([]);
    expect(undone({ kind: 'systemd', unit: 'ssh.service' })).toEqual(refused);
    // On the running server there is nothing that a start would take back.
    expect(undone(own, one)).toEqual(refused);
  });

  it('changes files only where it says on which host they are', () => {
    expect(doing(line('timeout', '300'), { host: undefined as unknown as string })).toContain('host');
  });

  it('says what is hostile in letters that can be printed', () => {
    const said = doing(set('x\u001b[2Jy', '1'));
    expect(said).toContain(String.raw`x\x1b[2Jy`);
    expect(said).not.toContain('\u001b');
  });
});

describe('rules of a packet filter', () => {
  const allow = ['10.0.0.0/8', 'fd00::/8'];
  const setting = (ports: readonly number[], some: readonly string[] = allow): Action => ({
    do: 'set-firewall',
    node,
    backend: 'iptables',
    ports,
    allow: some,
  });
  const keeping = (path: string): Action => ({
    do: 'keep-firewall',
    node,
    path,
    words: 'iptables-save',
    backend: 'iptables',
    ports: [6379],
    allow,
  });

  it('are for ports of a server, and for addresses', () => {
    expect(doing(setting([6379, 16_379]))).toBe('');
    expect(doing(setting([6379], []))).toBe('');
    expect(doing(setting([22]))).toContain('log in by');
    expect(doing(setting([443]))).toContain('not of a server');
    expect(doing(setting([443]), { target: { kind: 'tcp', host: '10.0.0.5', port: 443, tls: true } })).toBe(
      '',
    );
    expect(doing(setting([]))).toContain('between 1 and 15');
    expect(doing(setting([6379, 6379]))).toContain('each once');
    expect(doing(setting([6379], ['10.0.0.0/8 -j ACCEPT']))).toContain('no address');
    expect(doing(setting([6379], ['10.0.0.1\n-A INPUT -j DROP']))).toContain('no address');
  });

  it('are kept in files that a host loads when it starts, in the words of the file', () => {
    expect(doing(keeping('/etc/iptables/rules.v4'))).toBe('');
    for (const path of ['/etc/passwd', '/etc/iptables/rules.v6', '/etc/iptables/../passwd'])
      expect(doing(keeping(path))).toContain('no file from which rules are loaded');
    expect(doing({ ...keeping('/etc/nftables.conf'), words: 'nft' } as Action)).toContain('another program');
  });

  it('need the host of the server, and are undone', () => {
    expect(
      checkPlan(
        planOf([stepOf([setting([6379])])], { nodes: [{ ...server, host: undefined as unknown as string }] }),
      ),
    ).toEqual([expect.stringContaining('host of this server is not said')]);
    expect(checkPlan(planOf([stepOf([setting([6379])], 's1', { undo: [] })]))).toEqual([
      expect.stringContaining('does not undo firewall'),
    ]);
  });
});
