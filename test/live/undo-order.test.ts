/** Two plans of one server: the later one is taken back before the earlier, so that neither is left half. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyPlan, makePlan, undoPlan } from '../../src/index.ts';
import { matrixServer } from './support/servers.ts';

const before = process.env.KEYWARD_STATE;
let state = '';
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'keyward-state-'));
  process.env.KEYWARD_STATE = state;
});
afterAll(() => {
  rmSync(state, { recursive: true, force: true });
  if (before === undefined) delete process.env.KEYWARD_STATE;
  else process.env.KEYWARD_STATE = before;
});

it(
  'an earlier plan is not taken back under a later one, and nothing is changed by asking',
  { timeout: 60_000 },
  async () => {
    const server = await matrixServer('redis-7.0').start(['protected-mode no']);
    const target = `redis://127.0.0.1:${server.port}`;
    const applied = async (name: string, value: string): Promise<string> => {
      const { plan } = await makePlan([target], {
        only: [name === 'maxmemory' ? 'limits' : 'protected-mode'],
        answers: new Map([[name, value]]),
        censusSeconds: 0,
      });
      expect((await applyPlan(plan, { confirmWithin: 0 })).outcome).toEqual({ kind: 'done' });
      return plan.id;
    };
    try {
      const old = readFileSync(server.configFile, 'utf8');
      const first = await applied('maxmemory', '64mb');
      const second = await applied('protected-mode', 'yes');
      const both = readFileSync(server.configFile, 'utf8');
      await expect(undoPlan(first)).rejects.toThrow(`plan ${second} changed some of the same things`);
      expect(readFileSync(server.configFile, 'utf8')).toBe(both);

      expect(await undoPlan(second)).toMatchObject({ kind: 'undone' });
      expect(await undoPlan(first)).toMatchObject({ kind: 'undone' });
      expect(readFileSync(server.configFile, 'utf8')).toBe(old);
    } finally {
      await server.stop();
    }
  },
);
