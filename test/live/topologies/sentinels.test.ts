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
const quick = ['redis-6.0', 'valkey-9.1'];
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
  it('a master, two replicas and three Sentinels', { timeout: 120_000 }, async () => {
    const users = hasUsers(kind);
    const { all, writes } = await begun(kind);
    const { servers, sentinels, secretsFile } = all;
    const [master] = servers;
    if (!master) throw new Error('there is no master');
    const links = new Set(users ? ['replica', 'sentinel'] : ['default']);
    const synced = await fullSyncs(all, master);
    const before = await Promise.all(servers.map((server) => stateOf(all, server)));

    // There, and back; and no Sentinel takes it for an outage.
    expect(await undoPlan(await applied(all))).toMatchObject({ kind: 'undone' });
    await writes.wrote(20);
    if (users) expect(writes.troubles()).toEqual([]);
    expect(await masterPort(all)).toBe(master.port);
    expect(await writes.whileStill(async () => new Set(await digests(all, servers)).size)).toBe(1);
    expect(await fullSyncs(all, master)).toBe(synced);
    expect(await Promise.all(servers.map((server) => stateOf(all, server)))).toEqual(before);
    for (const sentinel of sentinels)
      expect(field(await say(all, sentinel, 'INFO', 'sentinel'), 'master0')).toContain('status=ok');

    // There again, and the master dies: a replica takes its place, the other follows it as its new user.
    await applied(all);
    if (users) expect(writes.troubles()).toEqual([]);
    expect(new Set(await linkUsers(all, master))).toEqual(links);
    process.kill(master.pid, 'SIGKILL');
    while ((await masterPort(all)) === master.port) await wait(50);
    const port = await masterPort(all);
    const left = servers
      .filter((server) => server !== master)
      .toSorted((a, b) => Number(b.port === port) - Number(a.port === port));
    const [promoted] = left;
    if (promoted?.port !== port) throw new Error('none of the replicas was promoted');
    await writes.wrote(20);
    await writes.stop();
    expect(new Set(await digests(all, left)).size).toBe(1);
    expect(new Set(await linkUsers(all, promoted))).toEqual(links);
    const ask = (...words: readonly string[]) =>
      askAs(port, loginsIn(secretsFile, 'admin', 'default'), ...words);
    expect(await writes.lost(ask)).toEqual([]);
  });
});
