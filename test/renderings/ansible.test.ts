/** The playbook is checked and played by Ansible itself, on this host, against real servers. */
import { spawn } from 'node:child_process';
import {
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import ansible from '../../src/catalog/renderings/ansible/index.ts';
import type { Plan } from '../../src/model/index.ts';
import { matrix, type MatrixServer } from '../live/support/servers.ts';
import { examplePlan, step } from './support/example-plan.ts';
import { tool } from './support/tools.ts';
import { askAs, weakServer, type WeakServer } from './support/weak-server.ts';

const playbook = await tool('ansible-playbook');
const missing = 'missing' in playbook ? `: ${playbook.missing}` : '';
const secrets = { 'user:admin': 'admin-password-0123456789', 'user:app': 'app-password-0123456789' };
const admin = ['admin', secrets['user:admin']];
const cli = matrix.findLast((server) => server.cli !== undefined)?.cli ?? 'redis-cli';
const fails = { do: 'set-setting', node: 'n1', name: 'maxclients', value: 'not a number' } as const;

const planFor = (weak: WeakServer, server: MatrixServer): Plan =>
  examplePlan({
    host: '127.0.0.1',
    port: weak.running.port,
    conf: weak.conf,
    product: server.product,
    version: server.version,
  });

async function play(text: string, weak: WeakServer, words: readonly string[] = []) {
  if ('missing' in playbook) throw new Error(playbook.missing);
  const at = (name: string): string => join(weak.folder, name);
  mkdirSync(at('ansible'), { recursive: true });
  writeFileSync(at('plan.yml'), text);
  const given = { keyward_secrets: secrets, keyward_redis_cli: cli, keyward_patience: 3 };
  writeFileSync(at('vars.json'), JSON.stringify(given));
  const [program, ...first] = playbook.argv;
  const child = spawn(
    program,
    [...first, '-i', 'localhost,', '-c', 'local', '-e', `@${at('vars.json')}`, ...words, at('plan.yml')],
    {
      env: {
        ...playbook.env,
        LC_ALL: 'C.UTF-8',
        HOME: at('ansible'),
        ANSIBLE_HOME: at('ansible'),
        ANSIBLE_LOCAL_TEMP: at('ansible'),
        ANSIBLE_NOCOLOR: '1',
        // No file is copied for each task: three times as fast.
        ANSIBLE_PIPELINING: '1',
        ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (said += String(bytes)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, said };
}

describe.skipIf('missing' in playbook)(`the playbook${missing}`, () => {
  const [server] = matrix.filter(({ name }) => name === 'redis-7.0').concat(matrix.slice(-1));
  if (server === undefined) throw new Error('no server in .cache/servers; run: npm run servers');
  const withServer = async (use: (weak: WeakServer) => Promise<void>): Promise<void> => {
    const weak = await weakServer(server);
    try {
      await use(weak);
    } finally {
      await weak.close();
    }
  };

  const behindLink = (weak: WeakServer): string => {
    const real = join(weak.folder, 'etc', 'real.conf');
    mkdirSync(join(weak.folder, 'etc'));
    renameSync(weak.conf, real);
    symlinkSync('etc/real.conf', weak.conf);
    return real;
  };
  const copyModes = (weak: WeakServer): readonly number[] =>
    readdirSync(weak.folder)
      .filter((name) => name.startsWith('redis.conf.keyward-'))
      .map((name) => statSync(join(weak.folder, name)).mode & 0o777);

  it('makes it as the plan says, live and in its file', { timeout: 240_000 }, () =>
    withServer(async (weak) => {
      const { code, said } = await play(ansible.render(planFor(weak, server)), weak);
      expect(said.slice(-3000)).toMatch(/failed=0/);
      expect(code).toBe(0);
      const app = ['app', secrets['user:app']];
      const at = { port: weak.running.port };
      expect(await askAs(at, ['default', ''], ['PING'])).toMatchObject({ text: /NOAUTH/ });
      expect(await askAs(at, app, ['FLUSHALL'])).toMatchObject({ text: /NOPERM/ });
      expect(await askAs(at, admin, ['CONFIG', 'GET', 'timeout'])).toEqual(['timeout', '300']);
      expect(weak.read()).toMatch(/^maxclients 200$/m);
      expect(weak.read()).toMatch(/^timeout 300$/m);
      for (const line of (await askAs(at, admin, ['ACL', 'LIST'])) as readonly string[])
        expect(weak.read()).toContain(`${line}\n`);
      expect(statSync(weak.conf).mode & 0o777).toBe(0o640);
      expect(copyModes(weak)).toEqual([0o600]);
      for (const secret of Object.values(secrets)) expect(said + weak.read()).not.toContain(secret);
    }),
  );

  it('puts everything back when a step fails', { timeout: 240_000 }, () =>
    withServer(async (weak) => {
      // As where a server is started by a link.
      const real = behindLink(weak);
      const before = await weak.state();
      const plan = planFor(weak, server);
      const path = join(weak.folder, 'ours {{ 1 + 1 }}.conf');
      const write = { do: 'write-file', node: 'n1', path, text: 'x {{ 1 + 1 }}\n', mode: '0640' } as const;
      // Those that change who is let in.
      const few = plan.steps.filter(({ id }) => id === 's1' || id === 's5');
      const access = { do: 'set-access', node: 'n1', path: weak.conf, mode: '0640' } as const;
      const last = [step('s4', 'files', [access]), step('s6', 'limits', [write, fails])];
      const broken = { ...plan, steps: [...few, ...last] };
      const { code, said } = await play(ansible.render(broken), weak);
      expect(said).toContain('everything was put back');
      expect(code).toBe(2);
      expect(await weak.state()).toBe(before);
      expect(statSync(real).mode & 0o777).toBe(0o644);
      expect(lstatSync(weak.conf).isSymbolicLink()).toBe(true);
      expect(copyModes(weak)).toEqual([0o600]);
    }),
  );

  // The same lines of sh as in the script, which tries them every time.
  it.skipIf(process.getuid?.() !== 0 || process.env['KEYWARD_DEEP'] === undefined)(
    'stops at a link that the account of the server made to what is not its own',
    { timeout: 240_000 },
    () =>
      withServer(async (weak) => {
        const real = behindLink(weak);
        lchownSync(weak.conf, 65_534, 65_534);
        const access = {
          do: 'set-access',
          node: 'n1',
          path: weak.conf,
          owner: '65534',
          mode: '0666',
        } as const;
        const plan = { ...planFor(weak, server), steps: [step('s4', 'files', [access])] };
        const { code, said } = await play(ansible.render(plan), weak);
        expect(said).toContain('is a link that its maker could not follow');
        expect(code).toBe(2);
        const { mode, uid } = statSync(real);
        expect([mode & 0o777, uid]).toEqual([0o644, 0]);
      }),
  );

  it(
    'passes the syntax check whatever words a plan holds, and evaluates none of them',
    { timeout: 120_000 },
    () =>
      withServer(async (weak) => {
        const user = "x {{ 1 + 1 }} {% raw %} 'y'";
        const evil = `x {{ lookup('pipe', 'touch ${weak.folder}/smuggled') }} {% raw %} "': \n- a: b\n# c`;
        const plan = planFor(weak, server);
        const text = ansible.render({
          ...plan,
          madeAt: evil,
          secrets: [{ id: user, label: evil, user }],
          steps: [
            step('s1', 'administrator', [
              { do: 'set-setting', node: 'n1', name: evil, value: evil },
              { do: 'set-user', node: 'n1', user, rules: [evil, { secret: user }] },
              { do: 'edit-conf', node: 'n1', path: evil, changes: [{ do: 'set', name: evil, args: [evil] }] },
              { do: 'write-file', node: 'n1', path: evil, text: evil, mode: evil, owner: evil },
            ]),
          ],
        });
        const checked = await play(text, weak, ['--syntax-check']);
        expect(checked.said).toContain('playbook:');
        expect(checked.code).toBe(0);
        await play(text, weak, ['-e', JSON.stringify({ keyward_secrets: { [user]: 'a'.repeat(20) } })]);
        expect(() => statSync(join(weak.folder, 'smuggled'))).toThrow();
      }),
  );
});
