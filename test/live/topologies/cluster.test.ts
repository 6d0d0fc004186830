/** A cluster of three masters and three replicas gets logins, on all nodes at once, and a failover works with them. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { applyPlan, confirmPlan, makePlan, provenAgain, undoPlan } from '../../../src/index.ts';
import { matrix, type MatrixServer } from '../support/servers.ts';
import { startCluster } from './cluster.ts';
import { startClusterWriter, type ClusterWriter } from './cluster-writer.ts';
import {
  beginTopology,
  digests,
  field,
  fullSyncs,
  hasUsers,
  linkUsers,
  nameOf,
  say,
  stateOf,
  type Topology,
} from './topology.ts';

const deep = process.env['KEYWARD_DEEP'] !== undefined;
const quick = ['redis-8.6'];
const chosen = matrix.filter((kind) => hasUsers(kind) && (deep || quick.includes(kind.name)));

let topology: Topology | undefined;
let writer: ClusterWriter | undefined;
afterEach(async () => {
  await writer?.stop();
  await topology?.end();
  [topology, writer] = [undefined, undefined];
});

async function applied(all: Topology): Promise<string> {
  const { plan } = await makePlan(all.servers.map(nameOf), { policy: 'essential', censusSeconds: 0.5 });
  expect(plan.held).toEqual([]);
  const { outcome } = await applyPlan(plan, { secretsFile: all.secretsFile, patience: 20 });
  expect(outcome).toEqual({ kind: 'applied', deadline: expect.any(String) });
  expect(await confirmPlan(plan.id)).toEqual({ kind: 'done' });
  const proof = await provenAgain(plan.id, { audit: false });
  expect(proof.trials.filter(({ outcome: came }) => came === 'broken')).toEqual([]);
  return plan.id;
}

const pairs = ({ servers }: Topology) => [0, 1, 2].map((at) => [servers[at], servers[at + 3]] as const);

/** Of every master and its replica, with nothing written meanwhile. */
async function differing(all: Topology): Promise<number> {
  let count = 0;
  for (const [master, replica] of pairs(all))
    if (master && replica) count += new Set(await digests(all, [master, replica])).size - 1;
  return count;
}

const syncs = (all: Topology): Promise<readonly number[]> =>
  Promise.all(all.servers.map((server) => fullSyncs(all, server)));

describe.each(chosen.map((kind) => [kind.name, kind] as const))('%s', (_, kind: MatrixServer) => {
  it('three masters and three replicas', { timeout: 120_000 }, async () => {
    const all = (topology = beginTopology(kind));
    await startCluster(all);
    const before = await Promise.all(all.servers.map((server) => stateOf(all, server)));
    const synced = await syncs(all);
    const writes = (writer = await startClusterWriter(all));
    await writes.wrote(50);

    const id = await applied(all);
    await writes.wrote(50);
    expect(writes.troubles()).toEqual([]);
    expect(writes.user()).toBe('app');
    for (const master of all.servers.slice(0, 3)) expect(await linkUsers(all, master)).toEqual(['replica']);
    expect(await writes.whileStill(() => differing(all))).toBe(0);
    expect(await syncs(all)).toEqual(synced);

    expect(await undoPlan(id)).toMatchObject({ kind: 'undone' });
    await writes.wrote(50);
    expect(writes.troubles()).toEqual([]);
    await writes.stop();
    expect(await differing(all)).toBe(0);
    expect(await syncs(all)).toEqual(synced);
    expect(await Promise.all(all.servers.map((server) => stateOf(all, server)))).toEqual(before);
    expect(await writes.lost()).toEqual([]);

    // Once more, and a master dies.
    await applied(all);
    const [master, heir] = [all.servers[0], all.servers[3]];
    if (!master || !heir) throw new Error('there is no cluster');
    process.kill(master.pid, 'SIGKILL');
    while (field(await say(all, heir, 'INFO', 'replication'), 'role') !== 'master') await wait(50);
    expect(field(await say(all, heir, 'CLUSTER', 'INFO'), 'cluster_slots_assigned')).toBe('16384');
  });
});
