/** A plan as it is really made for a weak server, by the script: what its checks found is found no more. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as all } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/apps/library/change/index.ts';
import shell from '../../src/catalog/renderings/shell/index.ts';
import { auditTargets } from '../../src/index.ts';
import { ask } from '../live/support/ask.ts';
import { matrix } from '../live/support/servers.ts';

const cli = matrix.findLast((server) => server.cli !== undefined)?.cli ?? 'redis-cli';
// A busy machine is no weak server: what is waited for may take its time.
const timeout = 20_000;
const password = 'a-password-of-the-test-0123456789';
// Before users, before channels, and the newest.
const some = matrix.filter(({ name }) => ['redis-5.0', 'redis-6.0', 'valkey-9.1'].includes(name));

describe.each(some)('$name', (server) => {
  it('is closed by the script', { timeout: 120_000 }, async () => {
    const running = await server.start(['protected-mode no']);
    try {
      const target = `redis://127.0.0.1:${running.port}`;
      const { plan } = await makePlan([target], { policy: 'recommended', timeout });
      expect(plan.steps.length).toBeGreaterThan(1);
      const secrets = plan.secrets.map(({ id }) => [
        `SECRET_${id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`,
        password,
      ]);
      const env = { ...process.env, REDIS_CLI: cli, PATIENCE: '30', ...Object.fromEntries(secrets) };
      const text = shell.render(plan);
      expect(text).not.toContain('not in this form');
      // Not in step with us: what we have closed is to be seen as closed by the server meanwhile.
      const ran = spawn('sh', ['-s'], { env, stdio: ['pipe', 'ignore', 'pipe'] });
      const ended = once(ran, 'close');
      ran.stdin.on('error', () => {});
      ran.stdin.end(text);
      expect(await all(ran.stderr)).toContain('All steps are done');
      expect(await ended).toEqual([0, null]);
      expect(await ask({ port: running.port }, 'PING')).toMatchObject({ text: /^NOAUTH/ });
      const user = server.atLeast(6, 0) ? { user: 'admin' } : {};
      const { servers } = await auditTargets([target], { login: { ...user, password }, timeout });
      const closed = new Set(plan.steps.flatMap(({ checks }) => checks));
      const held = new Set([
        ...plan.held.flatMap(({ step }) => step.checks),
        ...plan.unmet.flatMap(({ checks }) => checks),
      ]);
      expect(servers.length).toBe(1);
      const left = servers.flatMap(({ findings }) => findings.map(({ check }) => check));
      expect(left.filter((check) => closed.has(check) && !held.has(check))).toEqual([]);
    } finally {
      await running.stop();
    }
  });
});
