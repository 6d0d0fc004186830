/** A plan is taken back after Sentinel has made another server the master: all logins are as before, and data still flows. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { applyPlan, confirmPlan, makePlan, undoPlan } from '../../../src/index.ts';
import { matrix } from '../support/servers.ts';
import {
  beginTopology,
  digests,
  field,
  hasUsers,
  linked,
  linkUsers,
  masterPort,
  nameOf,
  say,
  startReplicas,
  startSentinels,
  watched,
  type Topology,
} from './topology.ts';

const deep = process.env['KEYWARD_DEEP'] !== undefined;
const chosen = matrix.filter((kind) => deep || ['redis-6.0', 'valkey-9.1'].includes(kind.name));

let topology: Topology | undefined;
afterEach(async () => {
  await topology?.end();
  topology = undefined;
});

/** Everything of a server that a plan changes, and that Sentinel leaves alone. */
const loginsOf = async (all: Topology, server: Topology['servers'][number]): Promise<unknown> => ({
  // Whom a failover writes into the file besides: the users that the server has.
  lines: readFileSync(server.configFile, 'utf8')
    .split('\n')
    .filter((line) => /^(?:masterauth|masteruser|requirepass|user) /.test(line)),
  users: hasUsers(all.kind) ? await say(all, server, 'ACL', 'LIST') : '',
  settings: await Promise.all(
    ['requirepass', 'masterauth', 'masteruser'].map((name) => say(all, server, 'CONFIG', 'GET', name)),
  ),
});

describe.each(chosen.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  it('is as it was, with another master', { timeout: 120_000 }, async () => {
    const all = (topology = beginTopology(kind));
    await startReplicas(all, 1);
    await startSentinels(all, 3);
    const { servers, sentinels } = all;
    const [old, replica] = servers;
    if (!old || !replica) throw new Error('there are no servers');
    const before = await Promise.all(servers.map((server) => loginsOf(all, server)));
    const { plan } = await makePlan([...servers, ...sentinels].map(nameOf), {
      policy: 'essential',
      censusSeconds: 0.5,
    });
    const { outcome } = await applyPlan(plan, { secretsFile: all.secretsFile, patience: 20 });
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect(await confirmPlan(plan.id)).toEqual({ kind: 'done' });

    const [sentinel] = sentinels;
    if (!sentinel) throw new Error('there is no Sentinel');
    // Not while it takes the replica for lost, whose link has just been made anew.
    await expect
      .poll(() => say(all, sentinel, 'SENTINEL', 'FAILOVER', watched), { timeout: 40_000, interval: 200 })
      .toBe('OK');
    while ((await masterPort(all)) !== replica.port) await wait(50);
    await linked(old, all);

    expect(await undoPlan(plan.id)).toMatchObject({ kind: 'undone' });
    expect(await Promise.all(servers.map((server) => loginsOf(all, server)))).toEqual(before);
    expect(await masterPort(all)).toBe(replica.port);
    await say(all, replica, 'SET', 'after', 'the undo');
    expect(new Set(await digests(all, [replica, old])).size).toBe(1);
    expect(new Set(await linkUsers(all, replica))).toEqual(new Set(['default']));
    for (const one of sentinels)
      await expect
        .poll(async () => field(await say(all, one, 'INFO', 'sentinel'), 'master0'), { timeout: 20_000 })
        .toContain('status=ok');
  });
});
