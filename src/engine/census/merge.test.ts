import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Census, ClientLook, SeenClient } from '../../model/index.ts';
import { addLook, censusOf, nothingSeen } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 5000 : 100;

const client = (key: string, more: Partial<SeenClient> = {}): SeenClient => ({
  key,
  user: 'app',
  address: '10.0.0.5',
  flags: 'N',
  command: 'get',
  database: 0,
  subscriptions: 0,
  ageSeconds: 60,
  ...more,
});

const census = (...looks: readonly ClientLook[]): Census =>
  censusOf(looks.reduce(addLook, nothingSeen), 'n1', 1);
const look = (clients: readonly SeenClient[], received?: number): ClientLook => ({
  clients,
  ...(received === undefined ? {} : { received }),
});
const kindIn = (...looks: readonly ClientLook[]): readonly string[] =>
  census(...looks).groups.map(({ kind }) => kind);

describe('clients who use the server alike are one group', () => {
  it('with the most connections at once, all commands and all databases', () => {
    const { groups, looks } = census(
      look([client('1'), client('2', { command: 'set' })]),
      look([client('2', { command: 'xadd', database: 4 })]),
    );
    expect(looks).toBe(2);
    expect(groups).toEqual([
      {
        user: 'app',
        address: '10.0.0.5',
        kind: 'client',
        connections: 2,
        commands: ['get', 'set', 'xadd'],
        databases: [0, 4],
      },
    ]);
  });

  it('another user, address, port, library or kind is another group', () => {
    const others: readonly Partial<SeenClient>[] = [
      {},
      { user: 'default' },
      { address: '10.0.0.6' },
      { to: { address: '10.0.0.1', port: 6380 } },
      { library: 'redis-py 5.0.1' },
      { flags: 'S' },
    ];
    expect(census(look(others.map((more, i) => client(String(i), more)))).groups).toHaveLength(6);
  });

  it('however they are ordered within a look, it is the same census', () => {
    const one = fc
      .record({
        key: fc.nat(20).map(String),
        user: fc.constantFrom('a', 'b'),
        flags: fc.constantFrom('N', 'S', 'P'),
        command: fc.constantFrom('get', 'set', 'info'),
      })
      .map(({ key, ...more }) => client(key, more));
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ({ key }) => key }), (clients) => {
        expect(census(look(clients.toReversed()))).toEqual(census(look(clients)));
      }),
      { numRuns: runs },
    );
  });

  it('nobody who was seen is missing, and no group has more connections than there were', () => {
    const clients = fc.uniqueArray(
      fc.tuple(fc.nat(9), fc.constantFrom('a', 'b', 'c')).map(([key, user]) => client(String(key), { user })),
      { selector: ({ key }) => key },
    );
    fc.assert(
      fc.property(fc.array(clients, { minLength: 1, maxLength: 5 }), (looks) => {
        const { groups } = census(...looks.map((one) => look(one)));
        for (const user of ['a', 'b', 'c']) {
          const most = Math.max(...looks.map((one) => one.filter((someone) => someone.user === user).length));
          expect(groups.find((group) => group.user === user)?.connections ?? 0).toBe(most);
        }
      }),
      { numRuns: runs },
    );
  });
});

describe('what kind of client it is', () => {
  it.each([
    ['replica', { flags: 'S' }],
    ['master', { flags: 'M' }],
    ['monitor', { flags: 'O' }],
    ['pubsub', { flags: 'P' }],
    ['pubsub', { subscriptions: 1 }],
    ['sentinel', { name: 'sentinel-1f2e3d4c-cmd' }],
    ['sentinel', { name: 'sentinel-1f2e3d4c-pubsub', flags: 'P' }],
    ['client', { name: 'my-sentinel' }],
    ['exporter', { name: 'redis_exporter' }],
    ['exporter', { library: 'redis_exporter 1.58' }],
    ['exporter', { command: 'slowlog|get' }],
    ['client', { command: 'info' }],
    ['client', {}],
  ] as const)('%s: %j', (kind, more) => {
    expect(kindIn(look([client('1', more)]))).toEqual([kind]);
  });

  it('who calls itself an exporter and writes is a client', () => {
    const named = (command: string) => client('1', { name: 'exporter-of-orders', command });
    expect(kindIn(look([named('lpush')]))).toEqual(['client']);
    expect(kindIn(look([named('xinfo|stream')]), look([named('config|get')]))).toEqual(['exporter']);
  });

  it('who measures and works is a client', () => {
    const measuring = client('1', { command: 'slowlog|get' });
    expect(kindIn(look([measuring]), look([client('1')]))).toEqual(['client']);
    expect(kindIn(look([measuring]), look([client('1', { command: 'info' })]))).toEqual(['exporter']);
  });
});

describe('doubts', () => {
  const { doubts: none } = census(look([client('1')], 10), look([client('1')], 10));
  it('are none after several looks that saw all', () => expect(none).toEqual([]));

  it('tell that nobody could be seen, and why', () => {
    const { doubts, groups } = census({ clients: [], why: 'CLIENT LIST: NOPERM' });
    expect(groups).toEqual([]);
    expect(doubts).toEqual(['Nobody could be seen (CLIENT LIST: NOPERM)']);
  });

  it('tell that a look ended early, and keep what was seen', () => {
    const { doubts, groups } = census(look([client('1')]), look([client('1')]), { clients: [], why: 'gone' });
    expect(groups).toHaveLength(1);
    expect(doubts).toContain('The look ended early (gone)');
  });

  it('tell that one look is little', () => {
    expect(census(look([client('1')], 400)).doubts.join()).toMatch(/One look .*\(of 400 connections/);
  });

  it('count those who came and went between looks, and not those who were seen', () => {
    const { doubts } = census(look([client('1')], 10), look([client('1'), client('2')], 14));
    expect(doubts.join()).toMatch(/^3 connections came and went/);
  });

  it('tell that an old server names no users', () => {
    const { user: _, ...unnamed } = client('1');
    const { doubts, groups } = census(look([unnamed], 1), look([unnamed], 1));
    expect(groups[0]?.user).toBe('default');
    expect(doubts.join()).toMatch(/before 6\.0/);
  });
});

describe('the commands that were ever used', () => {
  const counting = (commands: readonly string[], seconds: number): ClientLook => ({
    clients: [],
    received: 1,
    used: { commands, seconds },
  });

  it('are those of all looks, for as long as the last one says', () => {
    const { used, doubts } = census(counting(['get'], 100), counting(['get', 'set'], 101));
    expect(used).toEqual({ commands: ['get', 'set'], seconds: 101 });
    expect(doubts).toEqual([expect.stringMatching(/Keyward sends itself is left out/)]);
  });

  it('are counted for nobody knows how long where counters were set to nothing in between', () => {
    const { used, doubts } = census(
      counting(['get', 'set'], 100),
      counting(['get'], 101),
      counting(['get'], 102),
    );
    expect(used).toEqual({ commands: ['get', 'set'], seconds: 0 });
    expect(doubts.join()).toMatch(/For how long .* is not known/);
  });

  it('are not there where the server does not count them', () => {
    expect(census(look([client('1')]))).not.toHaveProperty('used');
  });
});

describe('who has only just connected', () => {
  const arriving = client('1', { user: 'default', command: 'hello', ageSeconds: 0 });

  it('is not taken for the user that it was before its login', () => {
    const { groups, doubts } = census(look([arriving], 1), look([client('1')], 1));
    expect(groups.map(({ user }) => user)).toEqual(['app']);
    expect(doubts).toEqual([]);
  });

  it('is a doubt, when it is gone at the next look, or there is none', () => {
    for (const seen of [census(look([arriving], 1), look([], 1)), census(look([arriving], 1))]) {
      expect(seen.groups).toEqual([]);
      expect(seen.doubts.join()).toMatch(/1 connection had only just arrived/);
    }
  });

  it('counts once it has stayed silent for a while', () => {
    const { command: _, ...silent } = client('1', { ageSeconds: 30 });
    expect(census(look([silent])).groups).toHaveLength(1);
  });
});

describe('a crowd of strangers', () => {
  const crowd = (more: (i: number) => Partial<SeenClient>): Census =>
    census(
      ...[0, 1, 2].map((part) =>
        look(Array.from({ length: 1500 }, (_, i) => client(`${part}.${i}`, more(part * 1500 + i)))),
      ),
    );

  it('with names of their own is told by user and address', () => {
    const { groups, doubts } = crowd((i) => ({ name: `w${i}` }));
    expect(groups).toMatchObject([{ user: 'app', address: '10.0.0.5' }]);
    expect(groups[0]?.connections).toBeGreaterThanOrEqual(1500);
    expect(doubts.join()).toMatch(/too many and too different/);
  });

  it('from addresses of their own is told by user', () => {
    expect(crowd((i) => ({ address: `10.1.${i >> 8}.${i & 255}` })).groups).toMatchObject([
      { user: 'app', address: '*' },
    ]);
  });

  it('with users and commands of their own still has an end', () => {
    const { groups } = crowd((i) => ({ user: `u${i}`, command: `c${i}` }));
    expect(groups).toMatchObject([{ user: '*', address: '*' }]);
    expect(groups[0]?.commands.length).toBeLessThanOrEqual(300);
  });
});
