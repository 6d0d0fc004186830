/** A plan as it is really made for a weak server, by the script: what its checks found is found no more. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/apps/library/change/index.ts';
import shell from '../../src/catalog/renderings/shell/index.ts';
import { auditTargets } from '../../src/index.ts';
import { ask } from '../live/support/ask.ts';
import { matrix } from '../live/support/servers.ts';

const cli = matrix.findLast((server) => server.cli !== undefined)?.cli ?? 'redis-cli';
const password = 'a-password-of-the-test-0123456789';
// Before users, before channels, and the newest.
const some = matrix.filter(({ name }) => ['redis-5.0', 'redis-6.0', 'valkey-9.1'].includes(name));

describe.each(some)('$name', (server) => {
  it('is closed by the script', async () => {
    const running = await server.start(['protected-mode no']);
    try {
      const target = `redis://127.0.0.1:${running.port}`;
      const { plan } = await makePlan([target], { policy: 'recommended' });
      expect(plan.steps.length).toBeGreaterThan(1);
      const secrets = plan.secrets.map(({ id }) => [
        `SECRET_${id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`,
        password,
      ]);
      const env = { ...process.env, REDIS_CLI: cli, PATIENCE: '3', ...Object.fromEntries(secrets) };
      const text = shell.render(plan);
      expect(text).not.toContain('not in this form');
      const ran = spawnSync('sh', ['-s'], { input: text, env, encoding: 'utf8' });
      expect(ran.stderr).toContain('All steps are done');
      expect(ran.status).toBe(0);
      expect(await ask({ port: running.port }, 'PING')).toMatchObject({ text: /^NOAUTH/ });
      const user = server.atLeast(6, 0) ? { user: 'admin' } : {};
      const { servers } = await auditTargets([target], { login: { ...user, password } });
      const closed = new Set(plan.steps.flatMap(({ checks }) => checks));
      const held = new Set([
        ...plan.held.flatMap(({ step }) => step.checks),
        ...plan.unmet.flatMap(({ checks }) => checks),
      ]);
      const left = servers.flatMap(({ findings }) => findings.map(({ check }) => check));
      expect(left.filter((check) => closed.has(check) && !held.has(check))).toEqual([]);
    } finally {
      await running.stop();
    }
  });
});
