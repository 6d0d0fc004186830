/** A master and its replicas get logins, are proved, and get back what they were, while somebody writes. */
import { describe, it } from 'vitest';
import { applyPlan, confirmPlan, makePlan, provenAgain, undoPlan } from '../../../src/index.ts';
import { matrix } from '../support/servers.ts';
import {
  askAs,
  beginTopology,
  digests,
  fullSyncs,
  hasUsers,
  linkUsers,
  loginsIn,
  nameOf,
  startReplicas,
  stateOf,
} from './topology.ts';
import { startWriter } from './writer.ts';

describe.concurrent.each(matrix.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  const users = hasUsers(kind);

  it('a master and two replicas', { timeout: 60_000 }, async ({ expect, onTestFinished }) => {
    const all = beginTopology(kind);
    onTestFinished(all.end);
    await startReplicas(all, 2);
    const [master] = all.servers;
    if (!master) throw new Error('there is no master');
    const { secretsFile } = all;
    const before = await Promise.all(all.servers.map((server) => stateOf(all, server)));
    const synced = await fullSyncs(all, master);
    const writes = startWriter({ port: () => Promise.resolve(master.port), secretsFile });
    onTestFinished(writes.stop);
    await writes.wrote(50);

    const { plan } = await makePlan(all.servers.map(nameOf), {
      policy: 'essential',
      censusSeconds: 0.5,
      ...(users ? {} : { refuse: ['default'] }),
    });
    expect(plan.held).toEqual([]);
    const { outcome } = await applyPlan(plan, { secretsFile, patience: 20 });
    expect(outcome).toEqual({ kind: 'applied', deadline: expect.any(String) });
    expect(await confirmPlan(plan.id)).toEqual({ kind: 'done' });
    await writes.wrote(50);
    if (users) expect(writes.troubles()).toEqual([]);
    expect(writes.user()).toBe(users ? 'app' : 'default');
    expect(await askAs(master.port, [undefined], 'PING')).toMatchObject({ kind: 'error' });
    expect(new Set(await linkUsers(all, master))).toEqual(new Set([users ? 'replica' : 'default']));
    expect(await fullSyncs(all, master)).toBe(synced);
    const apart = async (): Promise<number> => new Set(await digests(all, all.servers)).size;
    expect(await writes.whileStill(apart)).toBe(1);
    // A refusal would have become a part of what the replica counts as its master's history.
    for (const server of all.servers) expect(server.log()).not.toContain('CRITICAL');
    const proof = await provenAgain(plan.id, { audit: false });
    expect(proof.trials.filter(({ outcome: came }) => came === 'broken')).toEqual([]);

    expect(await undoPlan(plan.id)).toMatchObject({ kind: 'undone' });
    await writes.wrote(50);
    if (users) expect(writes.troubles()).toEqual([]);
    await writes.stop();
    // Before there were users, who is in stays in.
    if (users) expect(writes.user()).toBe('');
    expect(await apart()).toBe(1);
    expect(await fullSyncs(all, master)).toBe(synced);
    expect(await Promise.all(all.servers.map((server) => stateOf(all, server)))).toEqual(before);
    const ask = (...words: readonly string[]) =>
      askAs(master.port, loginsIn(secretsFile, 'default'), ...words);
    expect(await writes.lost(ask)).toEqual([]);
  });

  it('a master alone names what follows it', { timeout: 30_000 }, async ({ expect, onTestFinished }) => {
    const all = beginTopology(kind);
    onTestFinished(all.end);
    await startReplicas(all, 2);
    const [master, ...replicas] = all.servers;
    if (!master) throw new Error('there is no master');
    const { plan } = await makePlan([nameOf(master)], { policy: 'essential', censusSeconds: 0.1 });
    const closing = plan.held.find(
      ({ step: { kind: step } }) => step === 'close-default' || step === 'password',
    );
    for (const replica of replicas) expect(closing?.release).toContain(nameOf(replica));
    expect(plan.steps.filter(({ closes }) => closes.length > 0)).toEqual([]);
  });
});
