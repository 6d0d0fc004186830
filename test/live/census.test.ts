/** Real clients of every kind on every server of the matrix: the census must name them all, and nobody else. */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtClients } from '../../src/adapters/census/index.ts';
import { connect, failed, type Connection } from '../../src/adapters/server/connection.ts';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { takeCensus } from '../../src/engine/census/index.ts';
import type { Census, ClientGroup } from '../../src/model/index.ts';
import { converse, type Conversation } from './support/ask.ts';
import { matrix } from './support/servers.ts';

const timeouts = { connectTimeout: 2000, replyTimeout: 5000 };
const clock = (): number => performance.now();

async function lookingAt<T>(port: number, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect({ where: { host: '127.0.0.1', port }, ...timeouts });
  if ('failed' in connection) throw new Error(connection.detail);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

const censusAt = (port: number, seconds: number): Promise<Census> =>
  lookingAt(port, (connection) =>
    takeCensus({
      node: 'n1',
      look: () => lookAtClients((questions) => connection.ask(questions)),
      seconds,
      pause,
      clock,
    }),
  );

const kinds = ({ groups }: Census): readonly string[] => groups.map(({ kind }) => kind).toSorted();

/** Looks until it is so; replicas and Sentinels come when they come. */
async function until(port: number, so: (census: Census) => boolean): Promise<Census> {
  for (let tries = 0; ; tries++) {
    const census = await censusAt(port, 0);
    if (so(census) || tries === 60) return census;
    await pause(250);
  }
}

describe.each(matrix.map((server) => [server.name, server] as const))('on %s', (_, server) => {
  const stops: (() => unknown)[] = [];
  const acl = server.atLeast(6, 0);
  const clientsOf = (census: Census, kind: ClientGroup['kind']): readonly ClientGroup[] =>
    census.groups.filter((group) => group.kind === kind);
  const talk = async (port: number): Promise<Conversation> => {
    const conversation = await converse({ port });
    stops.unshift(conversation.end);
    return conversation;
  };
  const run = async (...options: Parameters<typeof server.start>): Promise<RunningServer> => {
    const running = await server.start(...options);
    stops.unshift(running.stop);
    return running;
  };
  let master: RunningServer;
  let watched: Readonly<Record<'master' | 'replica' | 'sentinel', RunningServer>>;

  // Replicas and Sentinels take a second to find their master: they have it while the first tests run.
  beforeAll(async () => {
    master = await run();
    const above = await run(['repl-diskless-sync-delay 0']);
    watched = {
      master: above,
      replica: await run([`slaveof 127.0.0.1 ${above.port}`]),
      sentinel: await run([`sentinel monitor one 127.0.0.1 ${above.port} 1`], { sentinel: true }),
    };
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  it('nobody is seen where nobody is, and never ourselves', async () => {
    const one = await censusAt(master.port, 0);
    expect(one.groups).toEqual([]);
    expect(one.doubts.join()).toMatch(/^One look/);
    // Two of us at once: before 6.2 both look alike, and only the one that waits with its packet is left out.
    const both = await Promise.all([censusAt(master.port, 0.2), censusAt(master.port, 0.2)]);
    for (const { groups } of both) expect(groups.flatMap(({ connections }) => connections)).toEqual([1]);
  });

  it('those who work, listen, watch and measure are told apart', async () => {
    const worker = await talk(master.port);
    await worker.ask('CLIENT', 'SETNAME', 'worker');
    await worker.ask('SELECT', '3');
    await worker.ask('SET', 'k', 'v');
    const listener = await talk(master.port);
    await listener.ask('SUBSCRIBE', 'news');
    const watcher = await talk(master.port);
    await watcher.ask('MONITOR');
    const exporter = await talk(master.port);
    await exporter.ask('CLIENT', 'SETNAME', 'metrics');
    await exporter.ask('SLOWLOG', 'GET', '1');
    const library = createClient({
      RESP: acl ? 3 : 2,
      socket: { port: master.port, reconnectStrategy: false },
    });
    library.on('error', () => undefined);
    await library.connect();
    stops.unshift(() => library.destroy());
    await library.hSet('h', 'f', 'v');
    if (acl) {
      await worker.ask('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '+@all');
      const named = await talk(master.port);
      await named.ask('AUTH', 'app', 'pw');
      await named.ask('LPUSH', 'l', 'v');
    }
    await worker.ask('SET', 'k', 'v');
    const census = await censusAt(master.port, 0.3);
    // A server that has only just started has counted for no second yet.
    expect(census.doubts.filter((doubt) => !doubt.startsWith('For how long'))).toEqual([
      ...(acl ? [] : [expect.stringMatching(/before 6\.0/)]),
      expect.stringMatching(/Keyward sends itself/),
    ]);
    expect(census.used?.commands).toEqual(expect.arrayContaining(['hset', 'set', 'subscribe']));
    expect(census.used?.commands).not.toContain('info');
    const later = await until(master.port, ({ used }) => (used?.seconds ?? 0) > 0);
    expect(later.used?.seconds).toBeLessThan(60);
    expect(kinds(census)).toEqual(
      ['client', 'client', 'exporter', 'monitor', 'pubsub', ...(acl ? ['client'] : [])].toSorted(),
    );
    const to = { address: '127.0.0.1', port: master.port };
    const told = server.atLeast(6, 2) ? { to } : {};
    expect(clientsOf(census, 'client').find(({ library: name }) => name === 'worker')).toEqual({
      user: 'default',
      address: '127.0.0.1',
      ...told,
      library: 'worker',
      kind: 'client',
      connections: 1,
      commands: ['set'],
      databases: [3],
    });
    if (acl) expect(census.groups.find(({ user }) => user === 'app')).toMatchObject({ commands: ['lpush'] });
    if (server.atLeast(7, 2))
      expect(census.groups.some(({ library: name }) => name?.startsWith('node-redis '))).toBe(true);
  });

  it('who comes and goes between the looks is counted', async () => {
    const over = new AbortController();
    const coming = (async () => {
      while (!over.signal.aborted) {
        const short = await converse({ port: master.port });
        await short.ask('PING');
        short.end();
        await pause(2);
      }
    })();
    const { doubts } = await censusAt(master.port, 0.5);
    over.abort();
    await coming;
    const [, count] = /(\d+) connections came and went/.exec(doubts.join()) ?? [];
    expect(Number(count)).toBeGreaterThan(10);
  });

  it('replicas and Sentinels are seen, and the replica sees its master', async () => {
    const census = await until(
      watched.master.port,
      (seen) => clientsOf(seen, 'replica').length > 0 && clientsOf(seen, 'sentinel').length > 1,
    );
    expect(clientsOf(census, 'replica')).toMatchObject([{ address: '127.0.0.1', connections: 1 }]);
    expect(clientsOf(census, 'sentinel').map(({ library }) => library)).toEqual([
      expect.stringMatching(/^sentinel-.{8}-cmd$/),
      expect.stringMatching(/^sentinel-.{8}-pubsub$/),
    ]);
    const below = await until(watched.replica.port, (seen) => clientsOf(seen, 'master').length > 0);
    expect(clientsOf(below, 'master')).toMatchObject([{ address: '127.0.0.1', connections: 1 }]);
    const above = await censusAt(watched.sentinel.port, 0);
    expect(above.groups).toEqual([]);
  });

  it.skipIf(!acl)('without the right, nobody is seen, and it is said', async () => {
    const warden = await talk(master.port);
    await warden.ask('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '+@read');
    const census = await lookingAt(master.port, async (connection) => {
      const login = await connection.login('blind', 'pw');
      expect(failed(login)).toBe(false);
      return takeCensus({
        node: 'n1',
        look: () => lookAtClients((questions) => connection.ask(questions)),
        seconds: 5,
        pause,
        clock,
      });
    });
    expect(census).toMatchObject({ looks: 0, groups: [] });
    expect(census.doubts).toEqual([expect.stringMatching(/^Nobody could be seen \(CLIENT LIST: NOPERM/)]);
  });
});
