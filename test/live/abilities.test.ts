/**
 * What the exposure table says that a user is able to do, against what happens when that user does it, on real
 * servers: a certain cell must come true, and without a cell every attempt must be refused.
 */
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  auditTargets,
  capabilityNames,
  type Capability,
  type Exposure,
  type ServerAudit,
} from '../../src/index.ts';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import type { RespValue } from '../../src/lang/resp/index.ts';
import { ownMaster } from './support/own-master.ts';
import { matrix, type MatrixServer } from './support/servers.ts';
import { say, seed, succeeds, type Trier } from './support/tries.ts';

const password = 'Zq8-long-enough-for-a-test';
const admin: readonly string[] = ['warden', password];

interface Probe {
  readonly rules: string;
  /** Key and channel permissions that only some versions know. */
  readonly from?: readonly [number, number];
  /** Valkey that has it, where that differs. */
  readonly valkey?: readonly [number, number];
}

const probes: readonly Probe[] = [
  { rules: '~* &* +@all' },
  { rules: '+@all' },
  { rules: '-@all' },
  { rules: '~* +@read' },
  { rules: '~* +@write -@read' },
  { rules: '~* +@all -@dangerous' },
  { rules: '~* +@all -@admin' },
  { rules: '~* +@all -flushall -flushdb -swapdb' },
  { rules: '~* +@all -@write -@dangerous' },
  { rules: '~app:* &* +@all' },
  { rules: '~app:* +@all -@dangerous' },
  { rules: '+psubscribe' },
  { rules: '~* +get' },
  { rules: '~app:* +get' },
  { rules: '+get' },
  { rules: '~* +set' },
  { rules: '~* +getset' },
  { rules: '~* +sort' },
  { rules: '~* +lpop' },
  { rules: '~* +incr' },
  { rules: '~* +exists +type +ttl +strlen +object' },
  { rules: '~* +rename' },
  { rules: '~* +restore' },
  { rules: '~* +del' },
  { rules: '~app:* +del' },
  { rules: '~* +bitfield' },
  { rules: '~* +eval' },
  { rules: '~app:* +eval +get' },
  { rules: '~* +evalsha +script' },
  { rules: '+keys' },
  { rules: '+scan' },
  { rules: '+randomkey' },
  { rules: '+dbsize +info +ping +lastsave +time' },
  { rules: '+flushall' },
  { rules: '+flushdb' },
  { rules: '+swapdb' },
  { rules: '+monitor' },
  { rules: '+client' },
  { rules: '+slowlog' },
  { rules: '+debug' },
  { rules: '+debug|sleep' },
  { rules: '+shutdown' },
  { rules: '+save' },
  { rules: '+replicaof' },
  { rules: '+slaveof' },
  { rules: '+migrate' },
  { rules: '~* +migrate' },
  { rules: '+psync +replconf' },
  { rules: '+sync +replconf' },
  { rules: '+module' },
  { rules: '+cluster' },
  { rules: '+config' },
  { rules: '+config|get' },
  { rules: '+config +save' },
  { rules: '~* +config +set' },
  { rules: '+acl' },
  { rules: '+acl|setuser' },
  { rules: '+acl|whoami' },
  { rules: '&* +psubscribe', from: [6, 2] },
  { rules: 'resetchannels +psubscribe +subscribe', from: [6, 2] },
  { rules: '&app:* +psubscribe +subscribe', from: [6, 2] },
  { rules: '&app:* +publish', from: [6, 2] },
  { rules: '~* +copy', from: [6, 2] },
  { rules: '~* +getex', from: [6, 2] },
  { rules: '~* +eval_ro +evalsha_ro +fcall_ro', from: [7, 0] },
  { rules: '~app:* +function +fcall', from: [7, 0] },
  { rules: '%R~* +@all -@dangerous', from: [7, 0] },
  { rules: '%W~* +@all -@dangerous', from: [7, 0] },
  { rules: '%R~* +@all', from: [7, 0] },
  { rules: '%W~* +set', from: [7, 0] },
  { rules: '%R~* +bitfield', from: [7, 0] },
  { rules: '%R~* +sort', from: [7, 0] },
  { rules: '%R~* %W~app:* +copy', from: [7, 0] },
  { rules: '+get ~app:* (+set ~other:*)', from: [7, 0] },
  { rules: '+get ~* (+set)', from: [7, 0] },
  { rules: '+set (+get ~app:*) (~*)', from: [7, 0] },
  { rules: '+@all -acl -config (~app:* +get)', from: [7, 0] },
  { rules: '(~* +eval) (+get)', from: [7, 0] },
  { rules: '+config|set', from: [7, 0] },
  { rules: '+client|kill', from: [7, 0] },
  { rules: '+client|pause', from: [7, 0] },
  { rules: '+client|list', from: [7, 0] },
  { rules: '+module|load', from: [7, 0] },
  { rules: '+function|load', from: [7, 0] },
  { rules: '+cluster|info +cluster|meet', from: [7, 0] },
  { rules: '~* +@all -@dangerous db=0', from: [99, 0], valkey: [9, 1] },
  { rules: '~* +@all -acl -config -replicaof -slaveof db=0', from: [99, 0], valkey: [9, 1] },
];

interface Setup {
  readonly name: string;
  readonly lines: readonly string[];
  readonly from?: readonly [number, number];
  /** Only every so many probes: for setups where little differs. */
  readonly only?: RegExp;
}

const few = /@all|config|module|debug|acl|replicaof|\+set|flushall|cluster|psync|swapdb/;
const setups: readonly Setup[] = [
  { name: 'as it comes', lines: [] },
  {
    name: 'all switches on',
    lines: ['enable-protected-configs yes', 'enable-module-command yes', 'enable-debug-command yes'],
    from: [7, 0],
    only: few,
  },
  { name: 'a password for default', lines: [`requirepass ${password}`], only: /config|@all|get/ },
  {
    name: 'default off',
    lines: ['user default off nopass ~* +@all', 'protected-mode no'],
    from: [6, 0],
    only: /config|@dangerous/,
  },
  { name: 'a cluster node', lines: ['cluster-enabled yes'], only: few },
];

const fits = (
  { product, atLeast }: MatrixServer,
  { from, valkey }: Pick<Probe, 'from' | 'valkey'>,
): boolean =>
  product === 'valkey' ? (valkey ? atLeast(...valkey) : !from || from[0] < 99) : !from || atLeast(...from);

// What is destroyed could not be read or taken along any more.
const inOrder = [...capabilityNames.filter((can) => can !== 'destroy'), 'destroy'] as const;

const nameOf = (index: number): string => `probe${index}`;

function exposureOf({ servers, failures }: Awaited<ReturnType<typeof auditTargets>>): Exposure {
  const [audit] = servers as readonly [ServerAudit | undefined];
  if (!audit) throw new Error(JSON.stringify(failures));
  if (!audit.exposure.known) throw new Error(audit.exposure.detail);
  return audit.exposure.value;
}

/** What the table says of a user who comes from `reach`. */
function said(exposure: Exposure, user: string, reach: 'host' | 'network'): ReadonlyMap<Capability, string> {
  const rows = new Set(exposure.origins.filter((origin) => origin.reach === reach).map(({ id }) => id));
  const ids = new Set(exposure.actors.filter((actor) => actor.user === user).map(({ id }) => id));
  const cells = exposure.cells.filter(({ from, as }) => rows.has(from) && ids.has(as));
  return new Map(cells.map(({ can, certainty, by }) => [can, `${certainty}: ${by.join(', ')}`]));
}

/** Makes a node a whole cluster by itself. */
async function ownAllSlots(keeper: Trier): Promise<void> {
  await say(keeper, [
    ['CLUSTER', 'ADDSLOTS', ...Array.from({ length: 16_384 }, (_unused, slot) => String(slot))],
  ]);
  await vi.waitUntil(
    async () => JSON.stringify(await say(keeper, [['CLUSTER', 'INFO']])).includes('cluster_state:ok'),
    { timeout: 8000, interval: 50 },
  );
}

const isError = (reply: RespValue | undefined): boolean =>
  typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'error';

/** Logins that somebody can get at who has this one: by making a user, by setting or reading a password. */
async function climb(who: Trier): Promise<readonly Trier[]> {
  const [made, shown, set] = await say(who, [
    ['ACL', 'SETUSER', 'climber', 'reset', 'on', `>${password}`, 'allkeys', 'allcommands'],
    ['CONFIG', 'GET', 'requirepass'],
    ['CONFIG', 'SET', 'requirepass', 'climbed'],
  ]);
  const seen = Array.isArray(shown) && typeof shown[1] === 'string' ? shown[1] : '';
  const logins = [
    ...(isError(made) ? [] : [['climber', password]]),
    ...(isError(set) ? (seen === '' ? [] : [['default', seen]]) : [['default', 'climbed']]),
  ];
  return logins.map((login) => ({ ...who, login }));
}

// One of each kind; KEYWARD_DEEP takes them all.
const kinds = new Set(['redis-6.0', 'valkey-9.1']);
const withUsers = matrix
  .filter(({ product, atLeast }) => product === 'valkey' || atLeast(6, 0))
  .filter(({ name }) => process.env['KEYWARD_DEEP'] !== undefined || kinds.has(name));

describe.each(withUsers.map((server) => [server.name, server] as const))(
  'what a user of %s is able to do',
  (_, server) => {
    describe.each(setups.filter((setup) => fits(server, setup)).map((setup) => [setup.name, setup] as const))(
      '%s',
      (_name, setup) => {
        const chosen = probes.filter(
          (probe) => fits(server, probe) && (setup.only?.test(probe.rules) ?? true),
        );
        let running: RunningServer;
        let exposure: Exposure;
        let keeper: Trier;
        beforeAll(async () => {
          running = await server.start([
            ...setup.lines,
            // Else a replica waits five seconds for others.
            'repl-diskless-sync-delay 0',
            `user warden on >${password} ~* +@all`,
          ]);
          keeper = { port: running.port, login: admin };
          if (setup.lines.includes('cluster-enabled yes')) await ownAllSlots(keeper);
          for (const [index, { rules }] of chosen.entries()) {
            // 6.0 has no channel permissions: there every channel is open.
            const words = (rules.match(/\([^)]*\)|\S+/g) ?? []).filter(
              (word) => word !== '&*' || fits(server, { from: [6, 2] }),
            );
            const made = await say(keeper, [
              ['ACL', 'SETUSER', nameOf(index), 'on', `>${password}`, ...words],
            ]);
            expect(made, rules).toMatchObject([{ text: 'OK' }]);
          }
          exposure = exposureOf(
            await auditTargets([`redis://${admin.join(':')}@127.0.0.1:${running.port}`], { host: false }),
          );
        });
        afterAll(() => running?.stop());

        it.each(chosen.map(({ rules }, index) => [rules, index] as const))('%s', async (_rules, index) => {
          const who: Trier = { port: running.port, login: [nameOf(index), password] };
          const cells = said(exposure, nameOf(index), 'host');
          await say(keeper, seed);
          const requirepass = setup.lines.find((line) => line.startsWith('requirepass'))?.split(' ')[1] ?? '';
          const all = [who, ...(await climb(who))];
          try {
            const wrong: string[] = [];
            for (const can of inOrder) {
              const way = await succeeds(can, all);
              const cell = cells.get(can);
              if (cell === undefined && way !== undefined)
                wrong.push(`${can}: no cell, and try ${way} succeeds`);
              if (cell?.startsWith('certain') && way === undefined)
                wrong.push(`${can}: ${cell}, and no try succeeds`);
            }
            expect(wrong, wrong.join('; ')).toEqual([]);
          } finally {
            await say(keeper, [
              ['ACL', 'DELUSER', 'climber', 'tried'],
              ['CONFIG', 'SET', 'requirepass', requirepass],
            ]);
          }
        });
      },
    );
  },
);

/** One server, one audit, and what each of its people can do: the same two laws. */
async function compare(
  exposure: Exposure,
  people: readonly { readonly user: string; readonly who: Trier; readonly reach: 'host' | 'network' }[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { user, who, reach } of people) {
    const cells = said(exposure, user, reach);
    for (const can of inOrder) {
      const way = await succeeds(can, [who]);
      const cell = cells.get(can);
      if (cell === undefined && way !== undefined)
        wrong.push(`${user} from the ${reach}: ${can}: no cell, and try ${way} succeeds`);
      if (cell?.startsWith('certain') && way === undefined)
        wrong.push(`${user} from the ${reach}: ${can}: ${cell}, and no try succeeds`);
    }
  }
  return wrong;
}

const audited = async (url: string, host = false): Promise<Exposure> =>
  exposureOf(await auditTargets([url], { host }));

describe('before there were users', () => {
  const old = matrix.filter(({ product, atLeast }) => product === 'redis' && !atLeast(6, 0));

  it.each(old.map((server) => [server.name, server] as const))(
    '%s gives everything to everybody, or to who knows the password',
    async (_name, server) => {
      const open = await server.start(['repl-diskless-sync-delay 0']);
      const shut = await server.start([`requirepass ${password}`, 'repl-diskless-sync-delay 0']);
      try {
        await say({ port: open.port }, seed);
        expect(
          await compare(await audited(`redis://127.0.0.1:${open.port}`), [
            { user: 'default', who: { port: open.port }, reach: 'host' },
          ]),
        ).toEqual([]);
        const exposure = await audited(`redis://:${password}@127.0.0.1:${shut.port}`);
        expect(exposure.actors.map(({ kind }) => kind)).not.toContain('nobody');
        await say({ port: shut.port, login: [password] }, seed);
        expect(
          await compare(exposure, [
            { user: 'nobody at all', who: { port: shut.port }, reach: 'host' },
            { user: 'default', who: { port: shut.port, login: [password] }, reach: 'host' },
          ]),
        ).toEqual([]);
      } finally {
        await open.stop();
        await shut.stop();
      }
    },
  );

  it.each(old.map((server) => [server.name, server] as const))(
    '%s with CONFIG switched off is told open from shut by its first answers',
    async (_name, server) => {
      const open = await server.start(['rename-command CONFIG ""']);
      try {
        const exposure = await audited(`redis://127.0.0.1:${open.port}`);
        expect(exposure.actors).toMatchObject([{ kind: 'nobody' }]);
        expect(said(exposure, 'default', 'host').get('execute')).toMatch(/^certain: module/);
      } finally {
        await open.stop();
      }
    },
  );
});

// An address of this host that is not loopback: whoever comes from there is a stranger to the server. Valkey takes all of
// 127.0.0.0/8 for its own host.
const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one !== undefined && one.family === 'IPv4' && !one.internal)?.address;

// Those with switches, one of each line.
const withSwitches = matrix.filter(({ name }) => ['redis-7.0', 'redis-8.6', 'valkey-9.1'].includes(name));

describe.each(withSwitches.map((server) => [server.name, server] as const))('on %s', (_, server) => {
  it.skipIf(outside === undefined)(
    'switches that are `local` open to this host and to nobody else',
    async () => {
      const running = await server.start([
        'bind 0.0.0.0',
        'protected-mode no',
        'enable-protected-configs local',
        'enable-module-command local',
        'enable-debug-command local',
        'repl-diskless-sync-delay 0',
        `user cautious on >${password} ~* &* +@all -acl -config -replicaof -slaveof`,
        `user warden on >${password} ~* +@all`,
      ]);
      const login = ['cautious', password];
      try {
        await say({ port: running.port, login: admin }, seed);
        const exposure = await audited(`redis://${admin.join(':')}@127.0.0.1:${running.port}`);
        const internet: Exposure = {
          ...exposure,
          origins: exposure.origins.map((one) =>
            one.reach === 'internet' ? { ...one, reach: 'network' } : one,
          ),
        };
        expect(
          await compare(internet, [
            {
              user: 'cautious',
              who: { port: running.port, login, ...(outside ? { from: outside } : {}) },
              reach: 'network',
            },
            { user: 'cautious', who: { port: running.port, login }, reach: 'host' },
          ]),
        ).toEqual([]);
        expect(said(internet, 'cautious', 'network').get('execute') ?? 'none').not.toMatch(/^certain/);
        expect(said(internet, 'cautious', 'host').get('execute')).toMatch(/^certain/);
      } finally {
        await running.stop();
      }
    },
  );

  it('a command that is switched off gives nothing, and one that is renamed something to who knows', async () => {
    const running = await server.start([
      ...[
        'flushall',
        'flushdb',
        'swapdb',
        'del',
        'unlink',
        'debug',
        'config',
        'acl',
        'function',
        'replicaof',
      ].map((name) => `rename-command ${name} ""`),
      'rename-command slaveof ""',
      'rename-command shutdown zz-shutdown',
      'repl-diskless-sync-delay 0',
    ]);
    try {
      await say({ port: running.port }, seed.slice(1));
      const exposure = await audited(`redis://127.0.0.1:${running.port}`, true);
      const cells = said(exposure, 'default', 'host');
      expect(
        await compare(exposure, [{ user: 'default', who: { port: running.port }, reach: 'host' }]),
      ).toEqual([]);
      expect(cells.get('stop')).not.toContain('shutdown,');
    } finally {
      await running.stop();
    }
  });

  it('a read-only replica is written by nobody but who may make it a master', async () => {
    const running = await server.start([
      'replicaof 127.0.0.1 1',
      `user writer on >${password} ~* +@read +@write`,
      `user warden on >${password} ~* +@all`,
    ]);
    try {
      const exposure = await audited(`redis://${admin.join(':')}@127.0.0.1:${running.port}`);
      const writer = said(exposure, 'writer', 'host');
      expect(writer.get('write')).toMatch(/^possible/);
      expect(writer.get('destroy')).toMatch(/^possible/);
      const who = { port: running.port, login: ['writer', password] };
      expect(await succeeds('write', [who])).toBeUndefined();
      expect(await succeeds('destroy', [who])).toBeUndefined();
      expect(said(exposure, 'warden', 'host').get('write')).toMatch(/^certain/);
    } finally {
      await running.stop();
    }
  });

  it('whoever is switched off can do nothing; whoever needs no password can do theirs', async () => {
    const running = await server.start([
      'user default on nopass ~* &* +@all -@dangerous',
      `user asleep off >${password} ~* +@all`,
      'user anyone on nopass ~app:* +@read',
      `user warden on >${password} ~* +@all`,
    ]);
    const { port } = running;
    try {
      await say({ port, login: admin }, seed);
      const exposure = await audited(`redis://${admin.join(':')}@127.0.0.1:${port}`);
      expect(
        await compare(exposure, [
          { user: 'anyone', who: { port, login: ['anyone', 'whatever'] }, reach: 'host' },
          { user: 'default', who: { port }, reach: 'host' },
        ]),
      ).toEqual([]);
      expect(exposure.actors.map(({ user }) => user)).not.toContain('asleep');
      expect(await say({ port }, [['AUTH', 'asleep', password]])).toMatchObject([{ kind: 'error' }]);
    } finally {
      await running.stop();
    }
  });

  it('who may choose its master may become anyone, by what that master sends', async () => {
    const running = await server.start(['rdbchecksum no', `user follower on >${password} -@all +replicaof`]);
    const master = await ownMaster([
      ['ACL', 'SETUSER', 'planted', 'on', '>planted', 'allkeys', 'allcommands'],
    ]);
    try {
      const exposure = await audited(`redis://127.0.0.1:${running.port}`);
      expect(said(exposure, 'follower', 'host').get('control')).toMatch(/^possible: replicaof/);
      const who = { port: running.port, login: ['follower', password] };
      await say(who, [['REPLICAOF', '127.0.0.1', String(master.port)]]);
      await vi.waitFor(
        async () =>
          expect(await succeeds('control', [{ port: running.port, login: ['planted', 'planted'] }])).toBe(0),
        { timeout: 8000, interval: 100 },
      );
    } finally {
      master.end();
      await running.stop();
    }
  });
});

describe.each(matrix.map((server) => [server.name, server] as const))('a Sentinel of %s', (_, server) => {
  it.each(['yes', 'no'])('with deny-scripts-reconfig %s', async (denied) => {
    const running = await server.start(
      [
        'protected-mode no',
        'sentinel monitor first 127.0.0.1 1 1',
        `sentinel deny-scripts-reconfig ${denied}`,
      ],
      { sentinel: true },
    );
    try {
      const exposure = await audited(`redis://127.0.0.1:${running.port}`, true);
      const who = { port: running.port };
      const people = [
        { user: 'default', who, reach: 'host' as const },
        ...(exposure.origins.some(({ reach }) => reach === 'network')
          ? [{ user: 'default', who, reach: 'network' as const }]
          : []),
      ];
      expect(await compare(exposure, people)).toEqual([]);
    } finally {
      await running.stop();
    }
  });
});
