/** Two plans of one server: the later one is taken back before the earlier, so that neither is left half. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { applyPlan, makePlan, undoPlan } from '../../src/index.ts';
import { asText } from '../../src/lang/resp/index.ts';
import { ask, converse } from './support/ask.ts';
import { ownState } from './support/own-state.ts';
import { matrixServer } from './support/servers.ts';

ownState();

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

it(
  'who was given a way back is left with it as somebody makes it while others still use theirs',
  { timeout: 60_000 },
  async () => {
    const server = await matrixServer('redis-7.0').start(['protected-mode no']);
    const where = { port: server.port };
    const secretsFile = join(server.dir, 'logins.json');
    try {
      const { plan } = await makePlan([`redis://127.0.0.1:${server.port}`], {
        policy: 'essential',
        censusSeconds: 0,
        refuse: ['default'],
      });
      expect((await applyPlan(plan, { confirmWithin: 0, secretsFile })).outcome).toEqual({ kind: 'done' });
      const { secrets } = JSON.parse(readFileSync(secretsFile, 'utf8')) as {
        readonly secrets: Readonly<Record<string, { readonly password: string }>>;
      };
      const app = await converse(where);
      await app.ask('AUTH', 'app', secrets['user:app']?.password ?? '');
      const back = undoPlan(plan.id, { goBackWithin: 40 });
      await expect
        .poll(async () => asText(await ask(where, 'PING')), { timeout: 20_000, interval: 20 })
        .toBe('PONG');
      await ask(where, 'ACL', 'SETUSER', 'default', 'resetpass', '>theirs-0123456789');
      app.end();
      const outcome = await back;
      expect(outcome).toMatchObject({
        kind: 'stuck',
        left: expect.arrayContaining([
          expect.objectContaining({ resource: { kind: 'user', node: 'n1', user: 'default' } }),
        ]),
      });
      expect(asText(await ask(where, 'AUTH', 'theirs-0123456789'))).toBe('OK');
    } finally {
      await server.stop();
    }
  },
);
