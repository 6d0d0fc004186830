/** A user that the operator named goes from the server and from its file, once nobody uses it; undo brings it back. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPlan, makePlan, undoPlan } from '../../src/index.ts';
import { ask, converse } from './support/ask.ts';
import { ownState } from './support/own-state.ts';
import { matrix } from './support/servers.ts';

ownState();

describe.each(matrix.filter(({ name }) => /6\.0|8\.6|9\.1/.test(name)))('$name', (server) => {
  it.each(['redis.conf', 'ACL file'])('a user in its %s', { timeout: 60_000 }, async (where) => {
    const running = await server.start(({ dir }) => {
      if (where === 'redis.conf') return ['user bob on >a-long-word-for-bob ~* +@all'];
      writeFileSync(
        join(dir, 'users.acl'),
        'user default on nopass ~* +@all\nuser bob on >a-long-word-for-bob ~* +@all\n',
      );
      return [`aclfile ${join(dir, 'users.acl')}`];
    });
    const file = where === 'redis.conf' ? running.configFile : join(running.dir, 'users.acl');
    const target = `redis://127.0.0.1:${running.port}`;
    const plan = async () =>
      (await makePlan([target], { only: ['delete-user'], deleteUsers: ['bob'], censusSeconds: 0 })).plan;
    try {
      const bob = await converse({ port: running.port });
      await bob.ask('AUTH', 'bob', 'a-long-word-for-bob');
      const used = await applyPlan(await plan(), { confirmWithin: 0, patience: 0.3 });
      expect(used.outcome).toMatchObject({ kind: 'undone' });
      expect(await bob.ask('PING')).toMatchObject({ text: 'PONG' });
      bob.end();

      const made = await plan();
      expect(made.steps.map(({ kind }) => kind)).toEqual(['delete-user']);
      expect((await applyPlan(made, { confirmWithin: 0, patience: 5 })).outcome).toEqual({ kind: 'done' });
      expect(await ask({ port: running.port }, 'ACL', 'USERS')).toEqual(['default']);
      expect(readFileSync(file, 'utf8')).not.toMatch(/^user bob/m);

      expect(await undoPlan(made.id)).toMatchObject({ kind: 'undone' });
      expect(await ask({ port: running.port }, 'ACL', 'USERS')).toEqual(['bob', 'default']);
      expect(readFileSync(file, 'utf8')).toMatch(/^user bob on/m);
    } finally {
      await running.stop();
    }
  });
});
