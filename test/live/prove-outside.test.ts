/** What a neighbour on the network gets, before and after: the verbs run on two hosts of their own, on one cable. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, Proof } from '../../src/index.ts';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { program as commandLine } from '../cli/keyward.ts';
import { matrix } from './support/servers.ts';
import { twoHosts, whyNoTwoHosts, type TwoHosts } from './support/two-hosts.ts';

const missing = whyNoTwoHosts();
const servers = matrix.filter(({ name }) => /5\.0|7\.0|9\.1/.test(name));

describe.skipIf(missing !== undefined).each(servers)(
  `$name, tried by a neighbour${missing ? ` (${missing})` : ''}`,
  (server) => {
    let hosts: TwoHosts;
    let running: RunningServer;
    let place = '';
    let port = 0;

    const keyward = (on: readonly string[], ...args: readonly string[]) =>
      new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
        const [program = '', ...words] = [...on, ...commandLine, ...args];
        execFile(
          program,
          words,
          { env: { ...process.env, KEYWARD_STATE: place }, timeout: 60_000 },
          (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
        );
      });

    beforeAll(async () => {
      hosts = twoHosts('kwprove');
      place = mkdtempSync(join(tmpdir(), 'keyward-prove-'));
      running = await server.start(['bind 0.0.0.0', 'protected-mode no'], { within: hosts.onServer });
      port = Number(/^port (\d+)/m.exec(readFileSync(running.configFile, 'utf8'))?.[1]);
    }, 60_000);
    afterAll(async () => {
      await running?.stop();
      hosts?.remove();
      rmSync(place, { recursive: true, force: true });
    });

    it('lets a stranger in before, and nobody without a password after', { timeout: 120_000 }, async () => {
      const target = `redis://${hosts.serverAddress}:${port}`;
      const open = await keyward(hosts.onClient, 'prove', target, '--outside', '--json');
      expect(open.code, open.err).toBe(1);

      const plan = join(place, 'plan.json');
      const planned = await keyward(
        hosts.onServer,
        'plan',
        target,
        '--policy',
        'essential',
        '--refuse',
        'default',
        '--census',
        '0',
        '-o',
        plan,
      );
      expect(planned.code, planned.err).toBe(1);
      const applied = await keyward(
        hosts.onServer,
        'apply',
        plan,
        '--confirm-within',
        '0',
        '--patience',
        '5',
      );
      expect(applied.code, applied.err).toBe(0);
      const { id } = JSON.parse(readFileSync(plan, 'utf8')) as Plan;

      const closed = await keyward(hosts.onClient, 'prove', id, '--outside', '--json');
      expect(closed.code, closed.out.slice(0, 2000)).toBe(0);
      const proof = JSON.parse(closed.out) as Proof;
      expect(proof.summary.broken).toBe(0);
      // Not only that strangers are refused: those who were given a login get in from there.
      const logins = proof.trials.flatMap(({ claim, outcome }) =>
        claim.claim === 'login' ? [`${claim.as.kind} ${claim.accepted ? 'in' : 'out'} ${outcome}`] : [],
      );
      expect(logins).toContain('nobody out held');
      expect(logins).toContain('user in held');
    });
  },
);
