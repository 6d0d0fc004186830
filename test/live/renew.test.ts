/** From a plain port to TLS beside it, and from one certificate to the next, with the verbs' own functions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { applyPlan, makePlan, makeRenewal } from '../../src/index.ts';
import { ownState } from './support/own-state.ts';
import { matrix } from './support/servers.ts';
import { endAllIn } from './support/worlds.ts';

const servers = matrix
  .filter(({ atLeast }) => atLeast(6, 0))
  .filter(({ name }) => /6\.0|8\.6|9\.1/.test(name));

ownState();

describe.each(servers)('$name', (server) => {
  it(
    'gets TLS beside its port, and later another certificate that it really serves',
    { timeout: 60_000 },
    async () => {
      const running = await server.start(['bind 0.0.0.0', 'protected-mode no']);
      try {
        const { plan } = await makePlan([`redis://127.0.0.1:${running.port}`], {
          policy: 'strict',
          allowRestart: true,
          censusSeconds: 0,
          refuse: ['tls'],
          answers: new Map([
            ['maxmemory', '64mb'],
            ['tls-port', String(running.tlsPort)],
            ['bind', '127.0.0.1'],
          ]),
        });
        expect(plan.steps.map(({ kind }) => kind)).toContain('tls');
        const applied = await applyPlan(plan, { confirmWithin: 0, patience: 5 });
        expect(applied.outcome).toEqual({ kind: 'done' });
        const secrets = JSON.parse(readFileSync(applied.secrets ?? '', 'utf8')) as {
          readonly secrets: Readonly<Record<string, { readonly user: string; readonly password: string }>>;
        };
        const login = Object.values(secrets.secrets).find(({ user }) => user === 'admin');
        const folder = join(running.dir, 'keyward-tls');
        const old = readFileSync(join(folder, 'server.crt'), 'utf8');

        // Certificates count in seconds: one of the same second is no older.
        await wait(1100);
        const how = { login: login ?? {}, tls: { ca: join(folder, 'ca.crt'), insecure: false } };
        const renewal = await makeRenewal([`rediss://127.0.0.1:${running.tlsPort}`], {
          ...how,
          censusSeconds: 0,
        });
        // The step holds only when the certificate of the file is the one that a new connection is shown.
        expect(renewal.plan.steps.flatMap(({ proves }) => proves.map(({ claim }) => claim))).toContain(
          'serves',
        );
        expect((await applyPlan(renewal.plan, { ...how, confirmWithin: 0 })).outcome).toEqual({
          kind: 'done',
        });
        expect(readFileSync(join(folder, 'server.crt'), 'utf8')).not.toBe(old);
      } finally {
        // 6.0 cannot take up TLS while it runs: it was started anew, and is no child of ours.
        endAllIn(running.dir);
        await running.stop();
      }
    },
  );
});
