/** A replica of a replica: logins go down the chain, the password of replication is replaced, and what fails comes back. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { applyPlan, confirmPlan, makePlan, makeRotation, provenAgain, undoPlan } from '../../../src/index.ts';
import { matrix } from '../support/servers.ts';
import {
  beginTopology,
  commonLines,
  digests,
  fullSyncs,
  linked,
  linkUsers,
  loginsIn,
  nameOf,
  startReplicas,
  stateOf,
  type Topology,
} from './topology.ts';
import { startWriter } from './writer.ts';

const deep = process.env['KEYWARD_DEEP'] !== undefined;
const chosen = matrix.filter(({ name }) => (deep ? name !== 'redis-5.0' : name === 'redis-7.0'));

async function begun(kind: (typeof chosen)[number]): Promise<Topology> {
  const all = beginTopology(kind);
  onTestFinished(all.end);
  await startReplicas(all, 1);
  const [, middle] = all.servers;
  if (!middle) throw new Error('there is no replica');
  const last = await kind.start([...commonLines(kind), `replicaof 127.0.0.1 ${middle.port}`]);
  all.servers.push(last);
  await linked(last);
  return all;
}

const login = (all: Topology) => {
  const [admin] = loginsIn(all.secretsFile, 'admin');
  if (!admin) throw new Error('there is no administrator');
  return admin;
};

describe.each(chosen.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  it('a chain gets logins, another password, and back', { timeout: 60_000 }, async () => {
    const all = await begun(kind);
    const { servers, secretsFile } = all;
    const [master, middle] = servers;
    if (!master || !middle) throw new Error('there is no chain');
    const before = await Promise.all(servers.map((server) => stateOf(all, server)));
    const synced = [await fullSyncs(all, master), await fullSyncs(all, middle)];
    const writes = startWriter({ port: () => Promise.resolve(master.port), secretsFile });
    onTestFinished(writes.stop);
    await writes.wrote(20);

    const { plan } = await makePlan(servers.map(nameOf), { policy: 'essential', censusSeconds: 0.5 });
    expect(plan.held).toEqual([]);
    const { outcome } = await applyPlan(plan, { secretsFile, patience: 20 });
    expect(outcome).toEqual({ kind: 'applied', deadline: expect.any(String) });
    expect(await confirmPlan(plan.id)).toEqual({ kind: 'done' });
    const settled = await Promise.all(servers.map((server) => stateOf(all, server)));

    const reach = { login: login(all) };
    const { plan: rotation } = await makeRotation(servers.map(nameOf), {
      ...reach,
      rotated: 'replica',
      watchSeconds: 0.5,
      censusSeconds: 0.1,
    });
    const rotated = await applyPlan(rotation, { ...reach, patience: 20 });
    expect(rotated.outcome).toEqual({ kind: 'applied', deadline: expect.any(String) });
    expect(await confirmPlan(rotation.id, reach)).toEqual({ kind: 'done' });
    const proof = await provenAgain(rotation.id, { ...reach, audit: false });
    expect(proof.trials.filter(({ outcome: came }) => came === 'broken')).toEqual([]);
    for (const server of [master, middle]) expect(await linkUsers(all, server)).toEqual(['replica']);
    expect(await writes.whileStill(async () => new Set(await digests(all, servers)).size)).toBe(1);

    expect(await undoPlan(rotation.id, reach)).toMatchObject({ kind: 'undone' });
    expect(await Promise.all(servers.map((server) => stateOf(all, server)))).toEqual(settled);
    expect(await undoPlan(plan.id)).toMatchObject({ kind: 'undone' });
    await writes.wrote(20);
    expect(writes.troubles()).toEqual([]);
    await writes.stop();
    expect(new Set(await digests(all, servers)).size).toBe(1);
    expect([await fullSyncs(all, master), await fullSyncs(all, middle)]).toEqual(synced);
    expect(await Promise.all(servers.map((server) => stateOf(all, server)))).toEqual(before);
  });

  it(
    'a client that does not move keeps its way in, and every link its own',
    { timeout: 60_000 },
    async () => {
      const all = await begun(kind);
      const { servers, secretsFile } = all;
      const [master, middle] = servers;
      if (!master || !middle) throw new Error('there is no chain');
      const writes = startWriter({ port: () => Promise.resolve(master.port), secretsFile: '' });
      onTestFinished(writes.stop);
      await writes.wrote(20);
      const { plan } = await makePlan(servers.map(nameOf), { policy: 'essential', censusSeconds: 0.5 });
      const before = await Promise.all(servers.map((server) => stateOf(all, server)));
      const synced = await fullSyncs(all, master);
      const { outcome } = await applyPlan(plan, { secretsFile, patience: 3 });
      expect(outcome).toMatchObject({ kind: 'undone' });
      await writes.wrote(20);
      expect(writes.troubles()).toEqual([]);
      expect(await writes.whileStill(async () => new Set(await digests(all, servers)).size)).toBe(1);
      for (const server of [master, middle]) expect(await linkUsers(all, server)).toEqual(['default']);
      expect(await fullSyncs(all, master)).toBe(synced);
      expect(await Promise.all(servers.map((server) => stateOf(all, server)))).toEqual(before);
    },
  );

  // Slow: whoever is away is asked again and again.
  it.runIf(deep)('a node that dies in the middle takes no other with it', { timeout: 60_000 }, async () => {
    const all = await begun(kind);
    const [master, middle, last] = all.servers;
    if (!master || !middle || !last) throw new Error('there is no chain');
    const { plan } = await makePlan(all.servers.map(nameOf), { policy: 'essential', censusSeconds: 0.1 });
    const left = [master, middle];
    const before = await Promise.all(left.map((server) => stateOf(all, server)));
    const synced = await fullSyncs(all, master);
    const { outcome } = await applyPlan(plan, {
      secretsFile: all.secretsFile,
      patience: 2,
      say: (line) => {
        if (line.includes('Nobody gets in')) process.kill(last.pid, 'SIGKILL');
      },
    });
    expect(outcome).toMatchObject({ kind: 'stuck' });
    await linked(middle, all);
    expect(new Set(await digests(all, left)).size).toBe(1);
    expect(await fullSyncs(all, master)).toBe(synced);
    expect(await Promise.all(left.map((server) => stateOf(all, server)))).toEqual(before);
  });
});
