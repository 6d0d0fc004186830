import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deriveView } from './view.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { asText } from '../../../src/lang/resp/index.ts';
import { ask } from '../support/ask.ts';
import { matrix } from '../support/servers.ts';
import { see, stateOf, valueOf } from './sight.ts';

const password = 'pass-of-the-test-9Xk';

async function during<T>(servers: readonly RunningServer[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Until the replica has its master; the test's own limit is what ends a wait for ever. */
async function linked(replica: RunningServer): Promise<void> {
  while (!asText(await ask(replica, 'INFO', 'replication'))?.includes('master_link_status:up'))
    await wait(20);
}

describe.each(matrix.map((server) => [server.name, server] as const))('%s as', (_, server) => {
  const hasUsers = server.product === 'valkey' || server.atLeast(6, 0);

  it('a Sentinel tells its masters, and what it cannot have is no gap', async () => {
    const master = await server.start();
    const sentinel = await server.start(
      [`sentinel monitor main 127.0.0.1 ${master.port} 1`, `sentinel auth-pass main CANARY-${password}`],
      { sentinel: true },
    );
    await during([master, sentinel], async () => {
      const { server: audit, problems } = await see(`redis://127.0.0.1:${sentinel.port}`);
      expect(problems).toEqual([]);
      const identity = valueOf(audit.identity);
      expect([identity.product, identity.version, identity.mode, identity.role]).toEqual([
        server.product,
        server.version,
        'sentinel',
        'sentinel',
      ]);
      const { facts } = audit.evidence;
      expect(valueOf(facts.sentinelMasters)).toEqual([
        expect.objectContaining({
          name: 'main',
          address: `127.0.0.1:${master.port}`,
          quorum: 1,
          sentinels: 1,
        }),
      ]);
      expect(valueOf(facts.conf)).toMatchObject({ sentinel: true, path: sentinel.configFile });
      expect(valueOf(facts.listeners)).toContainEqual(
        expect.objectContaining({ port: sentinel.port, purpose: 'sentinel' }),
      );
      const missing = audit.missing.map(({ fact }) => fact);
      for (const fact of ['config', 'functions', 'clusterNodes', 'modules'])
        expect(missing).not.toContain(fact);
      // Before 6.2 a Sentinel does not list its commands, so what can be done with them is not told either.
      if (facts.commandReply.known)
        expect(valueOf(audit.exposure).origins.map(({ via }) => 'port' in via && via.port)).toContain(
          sentinel.port,
        );
      expect(JSON.stringify(audit)).not.toContain('CANARY');
    });
  });

  it('a cluster node tells the nodes and the port of its bus', async () => {
    const node = await server.start(['cluster-enabled yes']);
    await during([node], async () => {
      const { server: audit, problems } = await see(`redis://127.0.0.1:${node.port}`);
      expect(problems).toEqual([]);
      expect(valueOf(audit.identity)).toMatchObject({ mode: 'cluster', role: 'master' });
      const id = asText(await ask(node, 'CLUSTER', 'MYID'));
      expect(valueOf(audit.evidence.facts.clusterNodes)).toEqual([
        expect.objectContaining({ id, self: true, busPort: node.port + 10_000 }),
      ]);
      expect(valueOf(audit.evidence.facts.listeners)).toContainEqual(
        expect.objectContaining({ port: node.port + 10_000, purpose: 'bus' }),
      );
      // The bus is no door for clients.
      expect(
        valueOf(audit.exposure).origins.every(({ via }) => 'port' in via && via.port === node.port),
      ).toBe(true);
      expect(stateOf(audit.evidence.facts.indicatorKeys)).not.toBe('timed-out');
    });
  });

  it('a replica tells its master, and the master its replica', async () => {
    const master = await server.start([
      `requirepass ${password}`,
      'repl-diskless-sync-delay 0',
      ...(hasUsers ? [`user replicator on >CANARY-${password} +psync +replconf +ping`] : []),
    ]);
    const replica = await server.start([
      `${server.atLeast(5, 0) ? 'replicaof' : 'slaveof'} 127.0.0.1 ${master.port}`,
      ...(hasUsers ? ['masteruser replicator', `masterauth CANARY-${password}`] : [`masterauth ${password}`]),
    ]);
    await during([master, replica], async () => {
      await linked(replica);
      const { server: below } = await see(`redis://127.0.0.1:${replica.port}`);
      expect(valueOf(below.identity)).toMatchObject({ mode: 'standalone', role: 'replica' });
      const { server: above } = await see(`redis://:${password}@127.0.0.1:${master.port}`);
      expect(valueOf(above.identity)).toMatchObject({ mode: 'standalone', role: 'master' });
      expect(valueOf((await deriveView(below)).replication)).toMatchObject({
        role: 'replica',
        masterHost: '127.0.0.1',
        masterPort: master.port,
        linkUp: true,
      });
      expect(valueOf((await deriveView(above)).replication)).toMatchObject({
        role: 'master',
        replicas: [expect.stringContaining(String(replica.port))],
      });
      expect(JSON.stringify([below, above])).not.toContain('CANARY');
    });
  });
});
