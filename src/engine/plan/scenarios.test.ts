import { beforeAll, describe, expect, it } from 'vitest';
import {
  actor,
  conf,
  exposure,
  file,
  grant,
  line,
  origin,
  processFacts,
  replication,
  secret,
  sentinelMaster,
  settings,
  unit,
  user,
} from '../../catalog/example-facts.ts';
import { bundledCommands, type CommandTable } from '../../lang/acl/index.ts';
import type { Facts, Origin, Step } from '../../model/index.ts';
import type { PlannedParts, PlanSubject } from './input.ts';
import { openServer, openUser, plan, subject, type Server } from './subjects-of-tests.ts';

let seven: CommandTable;
let five: CommandTable;
beforeAll(async () => {
  seven = await bundledCommands('redis', '7.2.6');
  five = await bundledCommands('redis', '5.0.14');
});

const open = (more: Partial<Facts> = {}, server: Omit<Server, 'facts'> = {}): Server => ({
  ...server,
  facts: openServer(seven, more),
});
const kindsOf = ({ steps }: PlannedParts): readonly string[] =>
  steps.map(({ kind, node }) => `${kind} ${node}`);
const heldKinds = ({ held }: PlannedParts): readonly string[] => held.map(({ step }) => step.kind);
const stepOf = ({ steps, held }: PlannedParts, kind: Step['kind'], node = 'n1'): Step => {
  const found = [...steps, ...held.map(({ step }) => step)].find(
    (step) => step.kind === kind && step.node === node,
  );
  if (!found) throw new Error(`no step ${kind} on ${node}`);
  return found;
};
const at = (host: string, port = 6379) => ({ kind: 'tcp', host, port, tls: false }) as const;

describe('a server that lets everybody in', () => {
  it('gets an administrator and a user for its applications, and default goes last', () => {
    const parts = plan([subject('n1', open({}, { clients: [{ address: '10.0.0.7' }] }))], {
      policy: 'essential',
    });
    expect(kindsOf(parts)).toEqual(['administrator n1', 'user n1', 'close-default n1', 'protected-mode n1']);
    expect(parts.secrets.map(({ id }) => id)).toEqual(['user:admin', 'user:app']);
    const close = stepOf(parts, 'close-default');
    expect(close.does[0]).toMatchObject({ do: 'set-user', user: 'default', rules: ['resetpass', 'off'] });
    expect(close.guard).toEqual([{ claim: 'unused', node: 'n1', user: 'default' }]);
    expect(close.risk.level).toBe('refuses');
  });

  it('gives the applications what they were seen to use, and no more of what is dangerous', () => {
    const clients = [{ address: '10.0.0.7', commands: ['get', 'keys', 'client|list', 'config'] }];
    const parts = plan([subject('n1', open({}, { clients }))]);
    const [action] = stepOf(parts, 'user').does;
    expect(action).toMatchObject({
      user: 'app',
      rules: [
        'reset',
        'on',
        { secret: 'user:app' },
        '~*',
        '&*',
        '+@all',
        '-@admin',
        '-@dangerous',
        '+client|list',
        '+config|get',
        '+info',
        '+keys',
      ],
    });
    expect(stepOf(parts, 'user').proves).toContainEqual(
      expect.objectContaining({ claim: 'command', words: ['flushall'], permitted: false }),
    );
  });

  it('loses nobody by protected mode once default is closed', () => {
    const one = subject('n1', open({}, { clients: [{ address: '10.0.0.7' }] }));
    expect(stepOf(plan([one]), 'protected-mode').risk).toEqual({ level: 'none' });
    // Users cannot be made where the commands of the server are not known: then default stays open.
    const { commands: _, ...mute } = openServer(seven);
    const alone = plan([subject('n1', { facts: mute })]);
    expect(kindsOf(alone)).not.toContain('close-default n1');
    expect(stepOf(alone, 'protected-mode').risk.level).toBe('refuses');
  });

  it('gives monitoring a user of its own', () => {
    const clients = [
      { address: '10.0.0.7' },
      { address: '10.0.0.9', kind: 'exporter', commands: ['info'] } as const,
    ];
    const parts = plan([subject('n1', open({}, { clients }))]);
    expect(parts.secrets.map(({ user: name }) => name)).toEqual(['admin', 'app', 'exporter']);
  });

  it('takes no name that somebody has already', () => {
    const others = [
      openUser,
      user('admin', { passwords: [secret('strong', 'a')], rules: ['on', '~*', '+@all'] }),
      user('app', { rules: ['on', '+get'] }),
    ];
    const parts = plan([
      subject('n1', open({ users: others, aclUsers: others }, { clients: [{ address: '10.0.0.7' }] })),
    ]);
    expect(parts.secrets.map(({ user: name }) => name)).toEqual(['keyward-admin', 'keyward-app']);
    // By this beginning apply finds the login with which it comes back.
    expect(parts.secrets[0]?.id).toBe('user:admin:keyward-admin');
  });

  it('needs no other administrator where we are a named one', () => {
    const users = [openUser, user('boss', { rules: ['on', '~*', '&*', '+@all'] })];
    const parts = plan([subject('n1', open({ users, aclUsers: users, whoami: 'boss' }))]);
    expect(kindsOf(parts)).not.toContain('administrator n1');
    expect(kindsOf(parts)).toContain('close-default n1');
  });

  it('closes all cells that were open to nobody in particular', () => {
    const table = exposure(
      [origin('network')],
      [actor('nobody')],
      [
        { from: 'network', as: 'nobody:default', can: 'read', certainty: 'certain', by: ['get'] },
        { from: 'network', as: 'nobody:default', can: 'control', certainty: 'certain', by: ['config|set'] },
      ],
    );
    const parts = plan([subject('n1', open({ exposure: table }))]);
    expect(stepOf(parts, 'close-default').closes).toEqual([
      'network|nobody:default|read',
      'network|nobody:default|control',
    ]);
  });

  it('says who gets as far as the login once protected mode turns nobody away', () => {
    const away = { id: 'away', label: 'the network 10.0.0.0/24', refused: 'protected mode: no password' };
    const told = (more: Partial<Origin>, passwordOnly = false): string => {
      const table = exposure([origin('host'), origin('network', { ...away, ...more })], [actor('nobody')]);
      const parts = plan([subject('n1', open({ exposure: table }))], { passwordOnly });
      const { risk } = stepOf(parts, passwordOnly ? 'password' : 'close-default');
      return 'why' in risk ? risk.why : '';
    };
    const login = /from then on they may reach the login: the network 10\.0\.0\.0\/24$/;
    expect(told({})).toMatch(login);
    expect(told({}, true)).toMatch(login);
    expect(told({ refusedBy: 'firewall' })).not.toContain('login:');
    expect(told({ via: { address: '127.0.0.1', port: 6379, tls: false } })).not.toContain('login:');
  });

  it('that is off and still open loses what is left of it, and nobody moves', () => {
    const users = [
      { ...openUser, enabled: false, rules: ['off', 'nopass', '~*', '&*', '+@all'] },
      user('boss', { rules: ['on', '~*', '&*', '+@all'] }),
    ];
    const parts = plan([subject('n1', open({ users, aclUsers: users, whoami: 'boss' }))], {
      only: ['default-off-keeps-nopass'],
    });
    expect(kindsOf(parts)).toEqual(['close-default n1']);
  });

  it('is not changed where the change would be lost at the next start', () => {
    const parts = plan([
      subject('n1', {
        ...open(),
        host: undefined as unknown as string,
        conf: undefined as unknown as string,
      }),
    ]);
    expect(parts.steps).toEqual([]);
    expect(parts.unmet.find(({ goal }) => goal.kind === 'new-password')?.why).toMatch(
      /lost when the server starts/,
    );
  });

  it('keeps its users in the ACL file where there is one, by its own hand where we cannot write it', () => {
    const acl = { settings: settings({ aclfile: '/etc/redis/users.acl' }) };
    const near = plan([subject('n1', open(acl, { aclFile: '/etc/redis/users.acl' }))]);
    expect(stepOf(near, 'administrator').does[1]).toMatchObject({ do: 'keep-user', file: 'aclfile' });
    const far = plan([subject('n1', { ...open(acl), host: undefined as unknown as string })]);
    expect(stepOf(far, 'administrator').does[1]).toMatchObject({ do: 'save', by: 'acl-save' });
  });

  it('waits for somebody to look who uses it', () => {
    const parts = plan([subject('n1', open({}, { unseen: true }))]);
    expect(heldKinds(parts)).toContain('close-default');
    expect(
      heldKinds(plan([subject('n1', open({}, { unseen: true }))], { refuse: ['default'] })),
    ).not.toContain('close-default');
  });

  it('gets only a password where that is all that is wanted', () => {
    const one = subject('n1', open({}, { clients: [{ address: '10.0.0.7' }] }));
    const parts = plan([one], { passwordOnly: true, policy: 'essential' });
    expect(kindsOf(parts)).toEqual([]);
    expect(parts.held.find(({ step }) => step.kind === 'password')).toMatchObject({
      release: '--refuse default@10.0.0.7',
    });
    expect(kindsOf(plan([one], { passwordOnly: true, refuse: ['default'], policy: 'essential' }))).toEqual([
      'password n1',
      'protected-mode n1',
    ]);
  });

  it('loses the requirepass line, which tells a password and opens nothing', () => {
    const parts = plan([
      subject('n1', open({ conf: conf({ lines: [line('requirepass', [secret('weak')])] }) })),
    ]);
    expect(stepOf(parts, 'close-default').does).toContainEqual(
      expect.objectContaining({ do: 'edit-conf', changes: [{ do: 'remove', name: 'requirepass' }] }),
    );
  });
});

describe('a master with a replica and a Sentinel', () => {
  const master = (): Server =>
    open(
      { replication: replication({ replicas: ['10.0.0.6:6379'] }) },
      { target: at('10.0.0.5'), clients: [{ address: '10.0.0.6', kind: 'replica', commands: ['replconf'] }] },
    );
  const replica = (): Server =>
    open(
      { replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379 }) },
      { target: at('10.0.0.6'), role: 'replica' },
    );
  const sentinel = (): Server => ({
    target: at('10.0.0.9', 26_379),
    mode: 'sentinel',
    role: 'sentinel',
    facts: { sentinelMasters: [sentinelMaster('main', { sentinels: 1 })] },
  });

  it('has its users everywhere before anything closes, and is closed last', () => {
    const parts = plan([subject('n1', master()), subject('n2', replica()), subject('n3', sentinel())], {
      policy: 'essential',
    });
    expect(kindsOf(parts)).toEqual([
      'administrator n2',
      'administrator n1',
      'user n2',
      'user n2',
      'user n2',
      'user n1',
      'user n1',
      'user n1',
      'replication-login n2',
      'sentinel-login n3',
      'replication-login n1',
      'replication-login n2',
      'replication-login n1',
      'close-default n2',
      'close-default n1',
      'protected-mode n2',
      'protected-mode n1',
    ]);
    expect(parts.secrets.map(({ id }) => id).toSorted()).toEqual([
      'user:admin',
      'user:app',
      'user:replica',
      'user:sentinel',
    ]);
    expect(stepOf(parts, 'replication-login', 'n2').proves).toContainEqual(
      expect.objectContaining({ claim: 'login', node: 'n1', accepted: true }),
    );
  });

  it('is not closed while a replica that the plan does not change logs in as default', () => {
    const parts = plan([subject('n1', master())], { policy: 'essential' });
    expect(parts.held.map(({ step, release }) => [step.kind, release])).toEqual([
      ['close-default', 'redis://10.0.0.6:6379 as further targets, or --refuse default@10.0.0.6'],
      ['protected-mode', 'redis://10.0.0.6:6379 as further targets, or --refuse default@10.0.0.6'],
    ]);
  });

  it('is not closed while other Sentinels watch it than those of the plan', () => {
    const watching = (sentinels: number): Server => ({
      ...sentinel(),
      facts: { sentinelMasters: [sentinelMaster('main', { sentinels })] },
    });
    const heldWith = (sentinels: number) =>
      plan([subject('n1', master()), subject('n2', replica()), subject('n3', watching(sentinels))], {
        policy: 'essential',
      }).held.map(({ why }) => why);
    expect(heldWith(3)[0]).toBe('2 more Sentinels watch main, and are no part of this plan.');
    expect(heldWith(1)).toEqual([]);
  });

  it('leaves alone what a Sentinel logs in with to masters that are no part of the plan', () => {
    const masters = [
      sentinelMaster('main', { sentinels: 1 }),
      sentinelMaster('other', { address: '10.0.0.7:6379' }),
    ];
    const both: Server = { ...sentinel(), facts: { sentinelMasters: masters } };
    const parts = plan([subject('n1', master()), subject('n2', replica()), subject('n3', both)], {
      policy: 'essential',
    });
    const { does } = stepOf(parts, 'sentinel-login', 'n3');
    expect(parts.held).toEqual([]);
    expect(new Set(does.flatMap((one) => (one.do === 'set-sentinel' ? [one.master] : [])))).toEqual(
      new Set(['main']),
    );
  });

  it('is not closed while a Sentinel logs in to it that knows it by another address than the plan', () => {
    const parts = plan(
      [
        subject(
          'n1',
          open({}, { target: at('localhost'), clients: [{ address: '10.0.0.9', kind: 'sentinel' }] }),
        ),
        subject('n2', sentinel()),
      ],
      { policy: 'essential' },
    );
    expect(heldKinds(parts)).toContain('close-default');
    expect(parts.held[0]?.release).toBe(
      'the servers as targets by the addresses that SENTINEL MASTERS shows, or --refuse default@10.0.0.9',
    );
  });

  it('ends the links that are there once everybody has the new login, and before the old one goes', () => {
    const parts = plan([subject('n1', master()), subject('n2', replica()), subject('n3', sentinel())], {
      policy: 'essential',
    });
    const at = (found: (step: (typeof parts.steps)[number]) => boolean): readonly number[] =>
      parts.steps.flatMap((step, index) => (found(step) ? [index] : []));
    const renewed = at(({ does }) => does.some((action) => action.do === 'renew-links'));
    const given = at(({ does }) =>
      does.some(
        (action) =>
          action.do === 'set-sentinel' || (action.do === 'set-setting' && action.name === 'masterauth'),
      ),
    );
    const closed = at(({ kind }) => kind === 'close-default');
    expect(renewed).toHaveLength(2);
    expect(Math.min(...renewed)).toBeGreaterThan(Math.max(...given));
    expect(Math.max(...renewed)).toBeLessThan(Math.min(...closed));
  });

  it('does not share its secrets with servers that it has nothing to do with', () => {
    const other = open({}, { target: at('10.0.0.77') });
    const ids = plan([subject('n1', open({}, { target: at('10.0.0.5') })), subject('n2', other)]).secrets.map(
      ({ id }) => id,
    );
    expect(ids).toEqual(['user:admin@n1', 'user:admin@n2', 'user:app@n1', 'user:app@n2']);
  });
});

describe('a cluster of which only one node was named', () => {
  it('is not closed: clients have one login for all of its nodes', () => {
    const node = { address: '10.0.0.5', port: 6379, busPort: 16_379 };
    const parts = plan([
      subject(
        'n1',
        open(
          {
            clusterNodes: [
              { ...node, id: 'a', flags: ['myself', 'master'], self: true },
              { ...node, id: 'b', address: '10.0.0.6', flags: ['master'], self: false },
            ],
          },
          { target: at('10.0.0.5'), mode: 'cluster' },
        ),
      ),
    ]);
    expect(parts.held.find(({ step }) => step.kind === 'close-default')?.why).toMatch(
      /10\.0\.0\.6:6379 of the same cluster/,
    );
  });
});

describe('a password that can be guessed', () => {
  it('is replaced by way of two passwords', () => {
    const users = [
      user('default', { enabled: false, rules: ['off'] }),
      user('app', { passwords: [secret('guessed')], rules: ['on', '~*', '&*', '+@read'] }),
    ];
    const parts = plan([subject('n1', open({ users, aclUsers: users, whoami: 'boss' }))], {
      policy: 'essential',
    });
    expect(kindsOf(parts).slice(0, 2)).toEqual(['rotate-add n1', 'rotate-remove n1']);
    expect(stepOf(parts, 'rotate-add').does[0]).toMatchObject({ rules: [{ secret: 'user:app' }] });
    expect(stepOf(parts, 'rotate-remove')).toMatchObject({
      does: [{ rules: ['resetpass', { secret: 'user:app' }] }, {}],
      guard: [{ claim: 'moved', user: 'app' }],
    });
  });
});

describe('a server before 6.0', () => {
  const old = (more: Partial<Facts> = {}, server: Omit<Server, 'facts'> = {}): Server => ({
    version: '5.0.14',
    ...server,
    facts: {
      users: [openUser],
      commands: five,
      config: {},
      settings: settings({ 'protected-mode': 'no', bind: '', appendonly: 'no' }),
      grants: [grant('default', { commands: ['get', 'config', 'flushall', 'debug', 'monitor'] })],
      replication: replication(),
      ...more,
    },
  });

  it('asks for one password, and not while anybody is connected', () => {
    const free = plan([subject('n1', old())], { policy: 'essential' });
    expect(stepOf(free, 'password').does).toEqual([
      { do: 'set-setting', node: 'n1', name: 'requirepass', value: { secret: 'requirepass' } },
      {
        do: 'edit-conf',
        node: 'n1',
        path: '/etc/redis/redis.conf',
        changes: [{ do: 'set', name: 'requirepass', args: [{ secret: 'requirepass' }] }],
      },
    ]);
    expect(kindsOf(free)).toContain('password n1');
    const used = plan([subject('n1', old({}, { clients: [{ address: '127.0.0.1' }] }))], {
      policy: 'essential',
    });
    expect(heldKinds(used)).toContain('password');
  });

  it('tells its replicas the password before it asks for it', () => {
    const parts = plan(
      [
        subject(
          'n1',
          old({ replication: replication({ replicas: ['10.0.0.6:6379'] }) }, { target: at('10.0.0.5') }),
        ),
        subject(
          'n2',
          old(
            { replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379 }) },
            { target: at('10.0.0.6'), role: 'replica' },
          ),
        ),
      ],
      { policy: 'essential' },
    );
    expect(kindsOf(parts).slice(0, 4)).toEqual([
      'replication-login n2',
      'replication-login n1',
      'password n2',
      'password n1',
    ]);
  });

  it('loses commands by rename-command that nobody was seen to use', () => {
    const parts = plan(
      [subject('n1', old({}, { clients: [{ address: '127.0.0.1', commands: ['get', 'monitor'] }] }))],
      { allowRestart: true },
    );
    const step = stepOf(parts, 'rename-command');
    expect(step.title).toMatch(/debug/);
    expect(step.title).not.toMatch(/monitor|shutdown|config/);
    expect(kindsOf(parts).at(-1)).toBe('restart n1');
  });

  it('proves each setting where it is made, and in the file alone once nobody can ask for it', () => {
    const parts = plan([subject('n1', old())], { allowRestart: true, policy: 'strict' });
    expect(stepOf(parts, 'rename-command').title).toMatch(/config/);
    const claims = (kind: Step['kind']) => stepOf(parts, kind).proves.map(({ claim }) => claim);
    expect(claims('protected-mode')).toEqual(['setting', 'file-sets']);
    expect(claims('restart')).not.toContain('setting');
  });

  it('keeps commands that its append-only file may hold', () => {
    const logged = old({ settings: settings({ 'protected-mode': 'no', appendonly: 'yes' }) });
    expect(stepOf(plan([subject('n1', logged)]), 'rename-command').title).not.toMatch(/flushall/);
  });

  it('keeps all its commands where replicas or Sentinels call them', () => {
    const parts = plan([
      subject('n1', old({}, { clients: [{ address: '10.0.0.9', kind: 'sentinel', commands: ['ping'] }] })),
    ]);
    expect([...kindsOf(parts), ...heldKinds(parts)].join()).not.toMatch(/rename-command/);
    expect(parts.unmet.some(({ why }) => /old names/.test(why))).toBe(true);
  });

  it('narrows bind with a restart, and only by word', () => {
    const everywhere = {
      settings: settings({ bind: '', port: '6379', 'protected-mode': 'yes' }),
      exposure: exposure([origin('network')]),
    };
    const parts = plan([subject('n1', old(everywhere))], { only: ['bind'] });
    expect(parts.held.map(({ step, release }) => [step.kind, release])).toEqual([
      ['bind', '--restart'],
      ['restart', '--restart'],
    ]);
    expect(stepOf(parts, 'bind').does).toEqual([
      expect.objectContaining({ changes: [{ do: 'set', name: 'bind', args: ['127.0.0.1'] }] }),
    ]);
  });
});

describe('bind', () => {
  const wide = (clients: Server['clients'] = []): Server =>
    open(
      {
        settings: settings({ bind: '* -::*', port: '6379' }),
        exposure: exposure([origin('network'), origin('host')]),
      },
      { clients },
    );

  it('leaves loopback where nobody else was seen', () => {
    expect(stepOf(plan([subject('n1', wide())]), 'bind').does[0]).toMatchObject({ value: '127.0.0.1 -::1' });
  });

  it('keeps the addresses by which clients come', () => {
    const parts = plan([
      subject('n1', wide([{ address: '10.0.0.7', to: { address: '10.0.0.5', port: 6379 } }])),
    ]);
    expect(stepOf(parts, 'bind').does[0]).toMatchObject({ value: '127.0.0.1 -::1 10.0.0.5' });
  });

  it('asks where the server does not tell by which', () => {
    const parts = plan([subject('n1', wide([{ address: '10.0.0.7' }]))]);
    expect(parts.unmet.find(({ goal }) => goal.kind === 'setting' && goal.name === 'bind')?.advice).toMatch(
      /--set bind=/,
    );
  });

  it('holds back an answer that would cut somebody off', () => {
    const parts = plan(
      [subject('n1', wide([{ address: '10.0.0.7', to: { address: '10.0.0.5', port: 6379 } }]))],
      { answers: new Map([['bind', '127.0.0.1']]) },
    );
    expect(parts.held.find(({ step }) => step.kind === 'bind')?.release).toBe('--refuse default@10.0.0.7');
  });
});

describe('settings', () => {
  it('ask, and take an answer', () => {
    const one = subject('n1', open({ settings: settings({ maxmemory: '0' }) }));
    expect(plan([one], { only: ['no-memory-limit'] }).unmet[0]?.advice).toBe(
      'Answer with --set maxmemory=VALUE.',
    );
    const answered = plan([one], { only: ['no-memory-limit'], answers: new Map([['maxmemory', '2gb']]) });
    expect(answered.steps).toMatchObject([{ kind: 'limits', does: [{ value: '2gb' }, { do: 'edit-conf' }] }]);
  });

  it('go into the file where their line stands', () => {
    const facts = {
      settings: settings({ 'acllog-max-len': '0' }),
      conf: conf({ lines: [{ ...line('acllog-max-len', ['0']), file: '/etc/redis/more.conf' }] }),
    };
    const parts = plan([subject('n1', open(facts))], { only: ['acl-log-disabled'] });
    expect(parts.steps[0]?.does[1]).toMatchObject({ path: '/etc/redis/more.conf' });
  });

  it('are not changed where the command line would win again', () => {
    const facts = {
      settings: settings({ 'acllog-max-len': '0' }),
      process: processFacts({ argv: ['redis-server', '--acllog-max-len', '0'] }),
    };
    const parts = plan([subject('n1', open(facts))], { only: ['acl-log-disabled'] });
    expect(parts.steps).toEqual([]);
    expect(parts.unmet[0]?.why).toMatch(/command line/);
  });

  it('that only a start reads share one restart', () => {
    const facts = {
      settings: settings({ 'enable-debug-command': 'yes', 'enable-module-command': 'yes' }),
    };
    const parts = plan([subject('n1', open(facts))], { only: ['switches'], allowRestart: true });
    expect(kindsOf(parts)).toEqual(['switches n1', 'switches n1', 'restart n1']);
    expect(stepOf(parts, 'restart').proves).toContainEqual({
      claim: 'setting',
      node: 'n1',
      name: 'enable-debug-command',
      value: 'no',
    });
  });

  it('that say where the data is, or how servers speak with each other, are left to a person', () => {
    const facts = {
      settings: settings({ dir: '/tmp', save: '3600 1', 'tls-replication': 'no', 'tls-port': '6380' }),
      replication: replication({ role: 'replica', masterHost: '203.0.113.5', masterPort: 6379 }),
    };
    const parts = plan([subject('n1', open(facts, { role: 'replica' }))], {
      only: ['persistence', 'replication', 'transport'],
      answers: new Map([['dir', '/var/lib/redis']]),
    });
    const names = parts.steps
      .flatMap(({ does }) => does)
      .map((action) => ('name' in action ? action.name : ''));
    expect(names).not.toContain('tls-replication');
    expect(names).not.toContain('dir');
    const unmet = parts.unmet.map(({ goal }) => (goal.kind === 'setting' ? goal.name : ''));
    expect(unmet).toEqual(expect.arrayContaining(['tls-replication', 'dir']));
  });

  it('that two findings want differently are a conflict that is said', () => {
    const one = subject('n1', open());
    const wanting = (value: string, check: string) => ({
      check,
      theme: 'configuration',
      title: '',
      verdict: 'fail' as const,
      severity: 'medium' as const,
      seen: '',
      remedy: '',
      goals: [{ kind: 'setting', name: 'timeout', value } as const],
      opens: [],
    });
    const findings = [wanting('0', 'a'), wanting('300', 'b')];
    const parts = plan([{ ...one, audit: { ...one.audit, findings } }]);
    expect(parts.steps).toEqual([]);
    expect(parts.unmet.map(({ why }) => why)).toEqual(
      Array<string>(2).fill('Findings want different values of timeout: 0, 300.'),
    );
  });
});

describe('rules of users', () => {
  const users = [
    user('default', { enabled: false, rules: ['off'] }),
    user('app', { rules: ['on', '~*', '&*', '+@all'] }),
  ];
  const facts = {
    users,
    aclUsers: users,
    whoami: 'boss',
    grants: [
      grant('app', { commands: ['get', 'config|set', 'config|get'], can: { control: ['config|set'] } }),
    ],
  };

  it('become narrower, and it shows', () => {
    const parts = plan([subject('n1', open(facts))], { only: ['user-is-administrator'] });
    const step = stepOf(parts, 'narrow-user');
    expect(step.does[0]).toMatchObject({ do: 'set-user', user: 'app', rules: ['-@admin'] });
    expect(step.proves).toContainEqual({ claim: 'user-has', node: 'n1', user: 'app', words: ['-@admin'] });
  });

  it('of the user that we are ourselves stay as they are', () => {
    const parts = plan([subject('n1', open({ ...facts, whoami: 'app' }))], {
      only: ['user-is-administrator'],
    });
    expect(parts.steps).toEqual([]);
    expect(parts.unmet[0]?.why).toMatch(/logged in as app/);
  });

  it('leave what was seen in use, and hold the rest back', () => {
    const clients = [{ user: 'app', address: '10.0.0.7', commands: ['get', 'config|get'] }];
    const parts = plan([subject('n1', open(facts, { clients }))], { only: ['user-is-administrator'] });
    expect(parts.steps[0]?.does[0]).toMatchObject({ rules: ['-@admin', '+config|get'] });
    expect(parts.held).toMatchObject([{ step: { kind: 'narrow-user' }, release: '--refuse app' }]);
  });
});

describe('rules of users, where the server counts what is used', () => {
  const users = [
    user('default', { enabled: false, rules: ['off'] }),
    user('app', { rules: ['on', '~*', '&*', '+@all', '-@admin'] }),
  ];
  const facts = {
    users,
    aclUsers: users,
    whoami: 'boss',
    grants: [grant('app', { commands: ['get', 'keys', 'flushall', 'flushdb'] })],
  };
  const narrowed = (commands: readonly string[], name = 'app') =>
    plan(
      [
        subject(
          'n1',
          open(
            {
              ...facts,
              users: users.map((one) => (one.name === 'app' ? { ...one, name } : one)),
              grants: facts.grants.map((one) => ({ ...one, user: name })),
            },
            { used: { commands, seconds: 300_000 } },
          ),
        ),
      ],
      { only: ['application-user-too-wide'] },
    );

  it('leave what somebody used, and hold that back', () => {
    const parts = narrowed(['flushdb', 'get', 'config|set']);
    expect(parts.steps[0]?.does[0]).toMatchObject({
      rules: ['-flushall', '-flushdb', '-keys', '+flushdb'],
    });
    expect(parts.held).toMatchObject([
      {
        step: { kind: 'narrow-user' },
        release: '--refuse app',
        why: expect.stringMatching(/^Somebody used flushdb /),
      },
    ]);
  });

  it('become a list of what is allowed, of what was used', () => {
    const denying = [
      user('default', { enabled: false, rules: ['off'] }),
      user('shop', {
        selector: { commands: ['+@all', '-@dangerous'] },
        rules: ['on', '~shop:*', '&*', '+@all', '-@dangerous'],
      }),
    ];
    const listed = (seconds: number, policy: 'recommended' | 'strict' = 'recommended') =>
      plan(
        [
          subject(
            'n1',
            open(
              { users: denying, aclUsers: denying, whoami: 'boss' },
              { used: { commands: ['get', 'keys', 'evalsha'], seconds } },
            ),
          ),
        ],
        { only: ['deny-list-user'], policy },
      );
    const step = stepOf(listed(90_000), 'narrow-user');
    const [action] = step.does;
    const rules = action?.do === 'set-user' ? action.rules : [];
    expect(rules.slice(0, 2)).toEqual(['-@all', '+@read']);
    expect(rules).toEqual(
      expect.arrayContaining(['-@dangerous', '-function|load', '+keys', '+eval', '+info']),
    );
    // Its keys and channels stay as they are.
    expect(rules.filter((rule) => typeof rule === 'string' && /^[~&%]/.test(rule))).toEqual([]);
    expect(step.risk.level).toBe('refuses');
    expect(listed(90_000).unmet).toEqual([]);
    expect(kindsOf(listed(3600, 'strict'))).toEqual(['narrow-user n1']);
    const early = listed(3600);
    expect(early.steps).toEqual([]);
    expect(early.unmet.map(({ checks }) => checks)).toEqual([['deny-list-user']]);
  });

  it('lose what nobody used, and say how long that was looked at', () => {
    const parts = narrowed(['get']);
    expect(parts.held).toEqual([]);
    expect(parts.steps[0]?.risk).toEqual({
      level: 'refuses',
      why: 'commands of app that nobody has sent in the last 3 days',
    });
  });
});

describe('the host', () => {
  it('has its files closed, one step a file', () => {
    const files = [file('/etc/redis/redis.conf', 'conf', { mode: '0666' })];
    const parts = plan([
      subject('n1', open({ files, conf: conf({ settings: { requirepass: secret('strong') } }) })),
    ]);
    expect(parts.steps.filter(({ kind }) => kind === 'files')).toMatchObject([
      { does: [{ do: 'set-access', path: '/etc/redis/redis.conf' }], needs: 'files' },
    ]);
  });

  it('runs the server as nobody special, behind walls, with one restart', () => {
    const parts = plan(
      [
        subject(
          'n1',
          open({
            unit: unit(),
            process: processFacts({ uid: 0, user: 'root' }),
            container: 'none',
            files: [file('/var/lib/redis', 'dir', { kind: 'directory', owner: 'root' })],
            settings: settings({ dir: '/var/lib/redis' }),
          }),
        ),
      ],
      { policy: 'strict', allowRestart: true, only: ['run-as', 'sandbox'] },
    );
    expect(kindsOf(parts)).toEqual(['run-as n1', 'sandbox n1', 'restart n1']);
    expect(stepOf(parts, 'run-as').does).toMatchObject([
      { do: 'set-access', path: '/var/lib/redis', owner: 'redis' },
      { do: 'write-file', path: '/etc/systemd/system/redis-server.service.d/keyward.conf' },
    ]);
    expect(stepOf(parts, 'sandbox').does[0]).toMatchObject({
      text: expect.stringMatching(/User=redis\n[^]*ProtectSystem=strict/),
    });
    expect(stepOf(parts, 'restart').proves).toContainEqual({ claim: 'runs-as', node: 'n1', user: 'redis' });
  });
});

describe('TLS', () => {
  const facts = {
    exposure: exposure([origin('network')]),
    settings: settings({ port: '6379', 'tls-port': '0', bind: '10.0.0.5' }),
  };

  it('comes beside the plain port, in strict alone', () => {
    const one = subject('n1', open(facts));
    expect(kindsOf(plan([one], { policy: 'strict' }))).toContain('tls n1');
    const milder = plan([one], { policy: 'recommended' });
    expect(kindsOf(milder)).not.toContain('tls n1');
    expect(
      milder.unmet.find(({ goal }) => goal.kind === 'setting' && goal.name === 'tls-port')?.advice,
    ).toMatch(/--only tls/);
  });

  it('gets a port that nobody listens at, and says where the answer is none', () => {
    const planned = (port: string | undefined, ...subjects: readonly PlanSubject[]) => {
      const { steps, unmet } = plan(subjects, {
        policy: 'strict',
        only: ['tls'],
        answers: new Map(port === undefined ? [] : [['tls-port', port]]),
      });
      return [
        ...steps.flatMap(({ does }) =>
          does.flatMap((action) =>
            action.do === 'set-setting' && action.name === 'tls-port' ? [action.value] : [],
          ),
        ),
        ...unmet.flatMap(({ why, advice }) => [why, advice]),
      ];
    };
    const one = subject('n1', open(facts));
    const busy = { ...one, takenPorts: [22, 6380, 6381] };
    expect(planned(undefined, one)).toEqual(['6380']);
    expect(planned(undefined, busy)).toEqual(['6382']);
    expect(planned('6390', busy)).toEqual(['6390']);
    expect(planned('6381', busy)).toEqual([
      'Somebody listens at port 6381 already, so the server could not open it for TLS.',
      'Answer with another port: --set tls-port=6382.',
    ]);
    expect(planned('many', busy)[0]).toBe('many is no port.');
    // Servers of one host get ports of their own, and one of another host may have the same.
    const next = { ...facts, settings: settings({ port: '6380', 'tls-port': '0', bind: '10.0.0.5' }) };
    const second = (host: string) =>
      subject('n2', { ...open(next), target: at('127.0.0.1', 6380), host, conf: '/etc/redis/2.conf' });
    expect(planned(undefined, one, second('here'))).toEqual(['6381', '6382']);
    expect(planned('7000', one, second('here')).slice(0, 2)).toEqual([
      '7000',
      expect.stringContaining('port 7000 already'),
    ]);
    expect(planned('7000', one, second('ssh://b'))).toEqual(['7000', '7000']);
  });

  it('leaves the plain port open to whoever came by it', () => {
    const both = {
      ...facts,
      settings: settings({ port: '6379', 'tls-port': '6380' }),
      exposure: exposure([
        origin('network'),
        origin('network', { id: 'tls', via: { address: '10.0.0.5', port: 6380, tls: true } }),
      ]),
    };
    const parts = plan([subject('n1', open(both))], { only: ['plain-port'] });
    expect(parts.held).toMatchObject([
      { step: { kind: 'plain-port' }, release: 'rediss://127.0.0.1:6380 as the target' },
    ]);
    const came = { ...open(both), target: { ...at('127.0.0.1', 6380), tls: true } };
    expect(kindsOf(plan([subject('n1', came)], { only: ['plain-port'] }))).toEqual(['plain-port n1']);
  });
});

describe('what is chosen', () => {
  it('brings what it rests on, and goes with it', () => {
    const one = subject('n1', open());
    expect(kindsOf(plan([one], { only: ['close-default'] }))).toEqual([
      'administrator n1',
      'user n1',
      'close-default n1',
    ]);
    expect(kindsOf(plan([one], { except: ['administrator'] })).join()).not.toMatch(
      /user|close-default|protected-mode/,
    );
  });
});

describe('products that are not known well enough', () => {
  it.each(['dragonfly', 'garnet'] as const)('%s: said, not guessed', (product) => {
    const parts = plan([subject('n1', { ...open(), product, version: '1.0.0' })]);
    expect(parts.steps).toEqual([]);
    expect(parts.unmet.find(({ goal }) => goal.kind === 'new-password')?.why).toMatch(/not known here/);
  });

  it('Kvrocks has one password', () => {
    const parts = plan([subject('n1', { ...open(), product: 'kvrocks', version: '2.9.0' })], {
      policy: 'essential',
    });
    expect(stepOf(parts, 'password').does[0]).toMatchObject({ name: 'requirepass' });
  });
});
