/** A master, its replicas and three Sentinels get logins; then the master dies, and Sentinel promotes a replica with them. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { applyPlan, confirmPlan, makePlan, provenAgain, undoPlan } from '../../../src/index.ts';
import { matrix, type MatrixServer } from '../support/servers.ts';
import {
  askAs,
  beginTopology,
  digests,
  field,
  fullSyncs,
  hasUsers,
  linkUsers,
  loginsIn,
  masterPort,
  nameOf,
  say,
  startReplicas,
  startSentinels,
  stateOf,
  type Topology,
} from './topology.ts';
import { startWriter, type Writer } from './writer.ts';

const deep = process.env['KEYWARD_DEEP'] !== undefined;
const quick = ['redis-6.0', 'redis-8.6', 'valkey-9.1'];
const chosen = matrix.filter((kind) => deep || quick.includes(kind.name));

let topology: Topology | undefined;
let writer: Writer | undefined;
afterEach(async () => {
  await writer?.stop();
  await topology?.end();
  [topology, writer] = [undefined, undefined];
});

async function begun(kind: MatrixServer): Promise<{ readonly all: Topology; readonly writes: Writer }> {
  const all = (topology = beginTopology(kind));
  await startReplicas(all, 2);
  await startSentinels(all, 3);
  const writes = (writer = startWriter({
    port: () => masterPort(all),
    secretsFile: all.secretsFile,
    copies: 1,
  }));
  await writes.wrote(20);
  return { all, writes };
}

const targetsOf = ({ servers, sentinels }: Topology): readonly string[] =>
  [...servers, ...sentinels].map(nameOf);

async function applied(all: Topology): Promise<string> {
  const { plan } = await makePlan(targetsOf(all), {
    policy: 'essential',
    censusSeconds: 0.5,
    ...(hasUsers(all.kind) ? {} : { refuse: ['default'] }),
  });
  expect(plan.held).toEqual([]);
  const { outcome } = await applyPlan(plan, { secretsFile: all.secretsFile, patience: 20 });
  expect(outcome).toEqual({ kind: 'applied', deadline: expect.any(String) });
  expect(await confirmPlan(plan.id)).toEqual({ kind: 'done' });
  const proof = await provenAgain(plan.id, { audit: false });
  expect(proof.trials.filter(({ outcome: came }) => came === 'broken')).toEqual([]);
  return plan.id;
}

describe.each(chosen.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  const users = hasUsers(kind);

  it(
    'Sentinels promote a replica after a plan, with the logins of the plan',
    { timeout: 90_000 },
    async () => {
      const { all, writes } = await begun(kind);
      const [master] = all.servers;
      if (!master) throw new Error('there is no master');
      await applied(all);
      if (users) expect(writes.troubles()).toEqual([]);
      if (users) expect(new Set(await linkUsers(all, master))).toEqual(new Set(['replica', 'sentinel']));

      await writes.wrote(20);
      process.kill(master.pid, 'SIGKILL');
      while ((await masterPort(all)) === master.port) await wait(50);
      const promoted = all.servers.find(({ port }) => port !== master.port);
      const left = all.servers.filter((server) => server !== master);
      const port = await masterPort(all);
      expect(left.map((server) => server.port)).toContain(port);
      expect(promoted).toBeDefined();
      await writes.wrote(20);
      await writes.stop();
      const inOrder = left.toSorted((a, b) => Number(b.port === port) - Number(a.port === port));
      expect(new Set(await digests(all, inOrder)).size).toBe(1);
      const [first] = inOrder;
      if (users && first)
        expect(new Set(await linkUsers(all, first))).toEqual(new Set(['replica', 'sentinel']));
      const ask = (...words: readonly string[]) =>
        askAs(port, loginsIn(all.secretsFile, 'admin', 'default'), ...words);
      expect(await writes.lost(ask)).toEqual([]);
    },
  );

  it('all of it comes back, and nobody fails over', { timeout: 90_000 }, async () => {
    const { all, writes } = await begun(kind);
    const [master] = all.servers;
    if (!master) throw new Error('there is no master');
    const synced = await fullSyncs(all, master);
    const before = await Promise.all(all.servers.map((server) => stateOf(all, server)));
    const id = await applied(all);
    expect(await undoPlan(id)).toMatchObject({ kind: 'undone' });
    await writes.wrote(20);
    await writes.stop();
    expect(await masterPort(all)).toBe(master.port);
    expect(new Set(await digests(all, all.servers)).size).toBe(1);
    expect(await fullSyncs(all, master)).toBe(synced);
    expect(await Promise.all(all.servers.map((server) => stateOf(all, server)))).toEqual(before);
    for (const sentinel of all.sentinels) {
      const masters = await say(all, sentinel, 'INFO', 'sentinel');
      expect(field(masters, 'master0')).toContain('status=ok');
    }
    const ask = (...words: readonly string[]) => askAs(master.port, [undefined], ...words);
    expect(await writes.lost(ask)).toEqual([]);
  });
});
