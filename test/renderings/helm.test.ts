/** The values as Helm itself reads them, and what a chart makes of them on a real server. */
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { renderings } from '../../src/catalog/renderings/index.ts';
import { sandboxDropIn } from '../../src/catalog/sandbox/index.ts';
import type { Plan } from '../../src/model/index.ts';
import { matrixServer } from '../live/support/servers.ts';
import { examplePlan, unitSteps } from './support/example-plan.ts';
import { helm } from './support/helm.ts';
import { askAs } from './support/weak-server.ts';

const passwords = { admin: 'admin-password-0123456789', app: 'app "password" $x `y` 0123' };
const example = { host: '127.0.0.1', port: 6379, conf: '/etc/redis/redis.conf', version: '7.0.15' };
const { text: dropIn } = sandboxDropIn({
  user: 'redis',
  writes: ['/var/lib/redis'],
  ports: [6379],
  modules: false,
});
const plan = examplePlan(example, unitSteps('redis-server.service', dropIn));

const program = await helm();
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-helm-'));
  cpSync(join(import.meta.dirname, 'support/chart'), join(folder, 'chart'), { recursive: true });
  chmodSync(folder, 0o777);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Made {
  readonly kind: string;
  readonly data?: { readonly 'redis.conf': string; readonly 'users.acl': string };
  readonly spec?: { readonly securityContext: unknown; readonly containers: readonly unknown[] };
}

/** What Helm makes of the chart with the values of a plan: objects of Kubernetes. */
async function applied(of: Plan): Promise<readonly Made[]> {
  if ('missing' in program) throw new Error(program.missing);
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o644 });
  put('values.yaml', (await renderings['helm-values'].load()).render(of));
  put('cluster.json', JSON.stringify({ passwords }));
  const values = ['-f', 'values.yaml', '-f', 'cluster.json'];
  expect(program(['lint', 'chart', '--strict', ...values], folder).error).toBe('');
  const { text, error } = program(['template', 'one', 'chart', ...values], folder);
  expect(error).toBe('');
  return parseAllDocuments(text).map((document) => document.toJS() as Made);
}

const configurationOf = (objects: readonly Made[]): NonNullable<Made['data']> => {
  const found = objects.find(({ kind }) => kind === 'ConfigMap')?.data;
  if (found === undefined) throw new Error('Helm made no ConfigMap');
  return found;
};

/** With other rules for the user of the applications. */
const withRules = (...rules: readonly string[]): Plan => ({
  ...plan,
  steps: plan.steps.map((one) => ({
    ...one,
    does: one.does.map((action) =>
      action.do === 'set-user' && action.user === 'app'
        ? { ...action, rules: ['reset', 'on', { secret: 'user:app' }, ...rules] }
        : action,
    ),
  })),
});

const why = 'missing' in program ? ` (${program.missing})` : '';
describe.skipIf(why !== '')(`values for a chart${why}`, () => {
  it('are read by Helm, strictly and by a schema, and wall the pod in', async () => {
    const pod = (await applied(plan)).find(({ kind }) => kind === 'Pod');
    expect(pod?.spec).toMatchObject({
      securityContext: { fsGroup: 1001 },
      containers: [
        {
          securityContext: {
            runAsNonRoot: true,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    });
  });

  it('make a server that has the limits and the users of the plan', async () => {
    const { 'redis.conf': conf, 'users.acl': acl } = configurationOf(await applied(plan));
    const path = join(folder, 'users.acl');
    writeFileSync(path, `${acl}\n`, { mode: 0o644 });
    const lines = conf.split('\n').filter((line) => line !== '');
    const running = await matrixServer('redis-7.0').start([...lines, `aclfile ${path}`]);
    try {
      const at = { port: running.port };
      const admin = ['admin', passwords.admin] as const;
      const app = ['app', passwords.app] as const;
      expect(await askAs(at, admin, ['CONFIG', 'GET', 'maxclients'])).toEqual(['maxclients', '200']);
      expect(await askAs(at, app, ['SET', 'a', '1'])).toMatchObject({ text: 'OK' });
      expect(await askAs(at, app, ['FLUSHALL'])).toMatchObject({ text: /NOPERM/ });
      expect(await askAs(at, ['app', 'another'], ['PING'])).toMatchObject({ text: /WRONGPASS/ });
    } finally {
      await running.stop();
    }
  });

  it('keep every character of a rule, also those that mean something to YAML and to Helm', async () => {
    const patterns = ['~{{.Values}}*', "~it's:#1", '~"quoted"', '~a:*[0-9]', '~%d', '~- x'.replace(' ', '')];
    const { 'users.acl': acl } = configurationOf(
      await applied(withRules(...patterns, '&ch:*', '-@all', '+get')),
    );
    const line = acl.split('\n').find((text) => text.startsWith('user app ')) ?? '';
    expect(line.split(' ').filter((word) => word.startsWith('~'))).toEqual(patterns);
  });
});
