/** The password with which Sentinels log in to their servers is replaced, and no Sentinel loses sight of one. */
import { afterEach, describe, expect, it } from 'vitest';
import { applyPlan, makePlan, makeRotation } from '../../../src/index.ts';
import { converse } from '../support/ask.ts';
import { matrix } from '../support/servers.ts';
import {
  beginTopology,
  field,
  linkUsers,
  loginsIn,
  nameOf,
  say,
  startReplicas,
  startSentinels,
  type Topology,
} from './topology.ts';

const deep = process.env['KEYWARD_DEEP'] !== undefined;
const chosen = matrix.filter((kind) => kind.atLeast(6, 2) && (deep || kind.name === 'valkey-9.1'));

let topology: Topology | undefined;
afterEach(async () => {
  await topology?.end();
  topology = undefined;
});

describe.each(chosen.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  it('of the user sentinel, with all that have it', { timeout: 180_000 }, async () => {
    const all = (topology = beginTopology(kind));
    await startReplicas(all, 1);
    await startSentinels(all, 3);
    const { servers, sentinels, secretsFile } = all;
    const [master] = servers;
    if (!master) throw new Error('there is no master');
    const targets = [...servers, ...sentinels].map(nameOf);
    const done = { confirmWithin: 0, patience: 20, secretsFile } as const;
    const moved = async (): Promise<string> => {
      const { plan } = await makePlan(targets, {
        policy: 'essential',
        censusSeconds: 0.5,
        timeout: 20_000,
      });
      return (await applyPlan(plan, done)).outcome.kind;
    };
    // A Sentinel that has just lost a server on a busy machine comes back as it was: then all is as before.
    await expect.poll(moved, { timeout: 90_000, interval: 1000 }).toBe('done');

    const [admin] = loginsIn(secretsFile, 'admin');
    if (!admin) throw new Error('there is no administrator');
    // One login for all that are named.
    for (const sentinel of sentinels)
      await say(all, sentinel, 'ACL', 'SETUSER', 'admin', 'on', `>${admin.password}`, '+@all', '&*', '~*');
    // A busy machine answers late.
    const patient = { login: admin, timeout: 20_000 };
    const options = { ...patient, rotated: 'sentinel', censusSeconds: 0.5, watchSeconds: 1 };
    const [old] = loginsIn(secretsFile, 'sentinel');
    const rotation = await makeRotation(targets, options);
    expect(rotation.plan.unmet).toEqual([]);
    expect((await applyPlan(rotation.plan, { ...done, ...patient })).outcome).toEqual({ kind: 'done' });
    const [fresh] = loginsIn(secretsFile, 'sentinel');
    expect(fresh?.password).not.toBe(old?.password);
    // Whoever comes anew comes with the new one, and is let in.
    await say(all, master, 'CLIENT', 'KILL', 'USER', 'sentinel');
    await expect
      .poll(async () => (await linkUsers(all, master)).filter((user) => user === 'sentinel').length, {
        timeout: 20_000,
      })
      .toBeGreaterThanOrEqual(sentinels.length);
    for (const sentinel of sentinels)
      expect(field(await say(all, sentinel, 'INFO', 'sentinel'), 'master0')).toContain('status=ok');
  });

  it(
    'of a Sentinel itself is refused, with what to do by hand; that works',
    { timeout: 60_000 },
    async () => {
      const all = (topology = beginTopology(kind));
      await startReplicas(all, 0);
      const [master] = all.servers;
      const sentinel = await kind.start(
        ['requirepass the-old-password-01', `sentinel monitor main 127.0.0.1 ${master?.port} 1`],
        { sentinel: true },
      );
      all.sentinels.push(sentinel);
      const login = { user: 'default', password: 'the-old-password-01' };
      const { plan } = await makeRotation([nameOf(sentinel)], {
        login,
        rotated: 'default',
        censusSeconds: 0,
      });
      expect(plan.steps).toEqual([]);
      const [unmet] = plan.unmet;
      expect(unmet?.why).toContain('is not rotated here');
      const fresh = 'the-new-password-02';
      const words = (line: string) => line.replace('NEW', fresh).replace('OLD', login.password).split(' ');
      const commands = unmet?.advice.match(
        /(?:ACL SETUSER|SENTINEL) [\w ><-]*?(?=;| and | of |$)|SENTINEL FLUSHCONFIG/g,
      );
      expect(commands).toHaveLength(4);
      const client = await converse({ port: sentinel.port });
      await client.ask('AUTH', login.password);
      for (const command of commands ?? [])
        expect(await client.ask(...words(command)), command).toMatchObject({ text: 'OK' });
      expect(await client.ask('AUTH', login.password)).toMatchObject({ kind: 'error' });
      expect(await client.ask('AUTH', fresh)).toMatchObject({ text: 'OK' });
      client.end();
    },
  );
});
