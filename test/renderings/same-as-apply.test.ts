/** Whoever applies a plan by the script ends where apply ends: the same server, the same file, the same audit. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createWorld } from '../../src/adapters/apply/index.ts';
import { localPlace } from '../../src/adapters/place/index.ts';
import shell from '../../src/catalog/renderings/shell/index.ts';
import { apply } from '../../src/engine/apply/index.ts';
import { auditTargets } from '../../src/index.ts';
import type { Plan } from '../../src/model/index.ts';
import { matrix } from '../live/support/servers.ts';
import { examplePlan } from './support/example-plan.ts';
import { weakServer, type WeakServer } from './support/weak-server.ts';

const passwords = { 'user:admin': 'admin-password-0123456789', 'user:app': 'app-password-0123456789' };
const cli = matrix.findLast((server) => server.cli !== undefined)?.cli ?? 'redis-cli';

async function byApply(plan: Plan): Promise<void> {
  const world = createWorld({
    nodes: plan.nodes,
    login: {},
    tls: { insecure: false },
    secrets: new Map(
      plan.secrets.map(({ id, user }) => [id, { user, password: passwords[id as keyof typeof passwords] }]),
    ),
    timeout: 3000,
    place: () => localPlace(),
  });
  const journal = { append: () => Promise.resolve() };
  const options = { patience: 3000, confirmWithin: 60, pid: process.pid, secretsFile: '/nowhere' };
  expect(await apply(plan, world, journal, options)).toMatchObject({ kind: 'applied' });
}

function byScript(plan: Plan): Promise<void> {
  const env = {
    ...process.env,
    REDIS_CLI: cli,
    PATIENCE: '3',
    SECRET_USER_ADMIN: passwords['user:admin'],
    SECRET_USER_APP: passwords['user:app'],
  };
  const ran = spawnSync('sh', ['-s'], { input: shell.render(plan), env, encoding: 'utf8' });
  expect(ran.stderr).toContain('All steps are done');
  return Promise.resolve();
}

/** Findings of the running server and of its file, and what both hold; ports and folders are each server's own. */
async function endOf(weak: WeakServer): Promise<unknown> {
  const login = { user: 'admin', password: passwords['user:admin'] };
  const live = await auditTargets([`redis://127.0.0.1:${weak.running.port}`], { login, host: false });
  const file = await auditTargets([weak.conf]);
  const findings = [...live.servers, ...file.servers].map((server) =>
    server.findings.map(({ check, severity }) => `${severity} ${check}`).toSorted(),
  );
  const [words, text] = JSON.parse(await weak.state(['admin', passwords['user:admin']])) as [unknown, string];
  // A new line goes after its commented-out example, or to the end: where it stands says nothing.
  return { findings, words, lines: text.split('\n').filter(Boolean).toSorted() };
}

describe.each(matrix.filter(({ name }) => name === 'redis-7.0' || name === 'valkey-9.1'))(
  '$name',
  (server) => {
    it('is the same by the script as by apply', async () => {
      const ends: unknown[] = [];
      for (const way of [byApply, byScript]) {
        const weak = await weakServer(server);
        try {
          const { port } = weak.running;
          const { product, version } = server;
          await way(examplePlan({ host: '127.0.0.1', port, conf: weak.conf, product, version }));
          ends.push(await endOf(weak));
        } finally {
          await weak.close();
        }
      }
      expect(JSON.stringify(ends[0])).toContain('user app on');
      expect(ends[1]).toEqual(ends[0]);
    });
  },
);
