/** The script is run by a real shell with a real redis-cli against real servers: whole, failing, and stopped in between. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import shell from '../../src/catalog/renderings/shell/index.ts';
import { edit, parseConf, printConf } from '../../src/lang/conf/index.ts';
import type { Plan } from '../../src/model/index.ts';
import { converse } from '../live/support/ask.ts';
import { matrix, type MatrixServer } from '../live/support/servers.ts';
import { examplePlan, step } from './support/example-plan.ts';
import { tool } from './support/tools.ts';
import { askAs, weakConf, weakServer, type WeakServer } from './support/weak-server.ts';
import { keptFromOthers } from '../live/support/other-accounts.ts';

const secrets = {
  SECRET_USER_ADMIN: 'admin-password-0123456789',
  SECRET_USER_APP: 'app-password-0123456789',
};
const admin = ['admin', secrets.SECRET_USER_ADMIN];
const withUsers = matrix.filter(({ product, atLeast }) => product !== 'redis' || atLeast(6, 2));
const cli = matrix.findLast((server) => server.cli !== undefined)?.cli ?? 'redis-cli';

const planFor = (weak: WeakServer, server: MatrixServer): Plan =>
  examplePlan({
    host: '127.0.0.1',
    port: weak.running.port,
    conf: weak.conf,
    product: server.product,
    version: server.version,
  });

interface Ran {
  readonly code: number | null;
  readonly said: string;
}

function run(text: string, weak: WeakServer, more: NodeJS.ProcessEnv = {}, sh = 'sh'): Promise<Ran> {
  const path = join(weak.folder, 'plan.sh');
  writeFileSync(path, text);
  const env = { ...process.env, REDIS_CLI: cli, PATIENCE: '3', ...secrets, ...more };
  const child = spawn(sh, [path], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += String(bytes)));
  child.stderr.on('data', (bytes: Buffer) => (said += String(bytes)));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, said }));
  });
}

async function withServer(server: MatrixServer, use: (weak: WeakServer) => Promise<void>): Promise<void> {
  const weak = await weakServer(server);
  try {
    await use(weak);
  } finally {
    await weak.close();
  }
}

const copiesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.includes('.keyward-'))
    .map((name) => join(folder, name));

/** One copy of the file as it was, that nobody else reads, and nothing besides. */
function expectOneCopy(folder: string): void {
  const copies = copiesIn(folder);
  expect(copies.map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['600']);
  expect(copies.map((path) => readFileSync(path, 'utf8'))).toEqual([weakConf]);
  expect(readdirSync(folder).filter((name) => name.startsWith('tmp.'))).toEqual([]);
}

const fails = { do: 'set-setting', node: 'n1', name: 'maxclients', value: 'not a number' } as const;

describe.each(withUsers)('$name', (server) => {
  it('is as the plan says, live and in its file, after the script, also after a second one', () =>
    withServer(server, async (weak) => {
      const plan = planFor(weak, server);
      const { code, said } = await run(shell.render(plan), weak, { TMPDIR: weak.folder });
      expect(said).toContain('All steps are done');
      expect(code).toBe(0);
      expectOneCopy(weak.folder);
      const after = await weak.state(admin);
      // Strangers are out, users are in, each with their own rights.
      expect(await askAs({ port: weak.running.port }, ['default', ''], ['PING'])).toMatchObject({
        text: /NOAUTH/,
      });
      const app = ['app', secrets.SECRET_USER_APP];
      expect(await askAs({ port: weak.running.port }, app, ['PING'])).toMatchObject({ text: 'PONG' });
      expect(await askAs({ port: weak.running.port }, app, ['FLUSHALL'])).toMatchObject({ text: /NOPERM/ });
      expect(await askAs({ port: weak.running.port }, admin, ['CONFIG', 'GET', 'timeout'])).toEqual([
        'timeout',
        '300',
      ]);
      expect(statSync(weak.conf).mode & 0o777).toBe(0o640);
      expectFile(weak, await askAs({ port: weak.running.port }, admin, ['ACL', 'LIST']));
      for (const secret of Object.values(secrets)) expect(said + weak.read()).not.toContain(secret);

      if (server !== withUsers.at(-1)) return;
      const again = await run(shell.render(plan), weak);
      expect(again.code).toBe(0);
      expect(await weak.state(admin)).toBe(after);
    }));
});

// Each script takes half a second, and what it does is the same for all of them.
describe.each(withUsers.slice(-1))('$name', (server) => {
  it('is as before when a step fails', () =>
    withServer(server, async (weak) => {
      const before = await weak.state();
      const plan = planFor(weak, server);
      const broken = { ...plan, steps: [...plan.steps, step('s6', 'limits', [fails])] };
      const { code, said } = await run(shell.render(broken), weak);
      expect(said).toMatch(/the server refused it[\s\S]*putting everything back/);
      expect(said).not.toContain('NOT PUT BACK');
      expect(code).toBe(1);
      expect(await weak.state()).toBe(before);
      expect(statSync(weak.conf).mode & 0o777).toBe(0o644);
    }));
});

/** The file is what our own editor makes of it, with the users' lines at its end. */
function expectFile(weak: WeakServer, list: unknown): void {
  const { value } = edit(parseConf(Buffer.from(weakConf)), [
    { do: 'set', name: 'maxclients', args: ['200'] },
    { do: 'remove', name: 'timeout' },
  ]);
  expect(weak.read().startsWith(Buffer.from(printConf(value)).toString())).toBe(true);
  for (const line of list as readonly string[]) expect(weak.read()).toContain(`${line}\n`);
  expect(weak.read()).toMatch(/^timeout 300$/m);
}

describe('the script', () => {
  const [server] = withUsers;
  if (server === undefined) throw new Error('no server with users in .cache/servers; run: npm run servers');

  it('puts everything back when it is told to stop while it waits for clients', () =>
    withServer(server, async (weak) => {
      const before = await weak.state();
      const client = await converse({ port: weak.running.port });
      await client.ask('PING');
      const path = join(weak.folder, 'plan.sh');
      writeFileSync(path, shell.render(planFor(weak, server)));
      const child = spawn('sh', [path], {
        env: { ...process.env, REDIS_CLI: cli, PATIENCE: '60', ...secrets },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const ended = new Promise((resolve) => child.on('close', resolve));
      child.stderr.on('data', (bytes: Buffer) => {
        if (String(bytes).includes('s5 n1')) child.kill('SIGTERM');
      });
      expect(await ended).toBe(143);
      expect(await weak.state()).toBe(before);
      // It was never cut off.
      expect(await client.ask('PING')).toMatchObject({ text: 'PONG' });
      client.end();
    }));

  it('closes nothing while a client is still on the default user', () =>
    withServer(server, async (weak) => {
      const before = await weak.state();
      const client = await converse({ port: weak.running.port });
      await client.ask('PING');
      const { code, said } = await run(shell.render(planFor(weak, server)), weak, { PATIENCE: '1' });
      expect(said).toContain('user default is still used by 1 connections');
      expect(code).toBe(1);
      expect(await weak.state()).toBe(before);
      client.end();
    }));

  it('begins with the login that is there, and refuses a wrong one before it changes anything', () =>
    withServer(server, async (weak) => {
      const password = 'old "pass\\word';
      await askAs({ port: weak.running.port }, ['default', ''], ['CONFIG', 'SET', 'requirepass', password]);
      const text = shell.render(planFor(weak, server));
      const wrong = await run(text, weak, { REDIS_PASSWORD: 'wrong' });
      expect(wrong).toMatchObject({ code: 1, said: /cannot be read|does not let us in/ });
      expect(weak.read()).toBe(weakConf);
      const right = await run(text, weak, { REDIS_PASSWORD: password });
      expect(right.said).not.toContain(password);
      expect(right.code).toBe(0);
    }));

  it.each([
    ['too short', 'short'],
    ['with a quote', 'a"b-0123456789-0123456789'],
    ['missing', ''],
  ])('refuses a secret that is %s, before it changes anything', (_, value) =>
    withServer(server, async (weak) => {
      const before = await weak.state();
      const { code } = await run(shell.render(planFor(weak, server)), weak, { SECRET_USER_APP: value });
      expect(code).toBe(1);
      expect(await weak.state()).toBe(before);
    }),
  );

  it('writes files of ours, and takes them away again', () =>
    withServer(server, async (weak) => {
      const path = join(weak.folder, 'unit.d', 'it is "ours".conf');
      const text = "[Service]\nEND_OF_FILE\nName='$HOME' `x` \\n\n";
      const write = { do: 'write-file', node: 'n1', path, text, mode: '0640' } as const;
      const plan = planFor(weak, server);
      const good = { ...plan, steps: [step('s1', 'sandbox', [write])] };
      expect((await run(shell.render(good), weak)).code).toBe(0);
      expect(spawnSync('cat', [path], { encoding: 'utf8' }).stdout).toBe(text);
      const other = { ...write, path: join(weak.folder, 'other.conf') };
      const bad = { ...plan, steps: [step('s1', 'sandbox', [other]), step('s2', 'limits', [fails])] };
      expect((await run(shell.render(bad), weak)).code).toBe(1);
      expect(existsSync(other.path)).toBe(false);
      const nobodys = { ...write, path: join(weak.folder, 'half', 'made.conf'), owner: 'no such account' };
      const half = { ...plan, steps: [step('s1', 'sandbox', [nobodys])] };
      expect((await run(shell.render(half), weak)).said).toContain('cannot be given to');
      expect(readdirSync(join(weak.folder, 'half'))).toEqual([]);
    }));

  /** The file behind a link, as where a server is started by one. */
  const behindLink = (weak: WeakServer): string => {
    const real = join(weak.folder, 'etc', 'real.conf');
    mkdirSync(join(weak.folder, 'etc'));
    renameSync(weak.conf, real);
    symlinkSync('etc/real.conf', weak.conf);
    return real;
  };
  const brokenFor = (weak: WeakServer): Plan => {
    const plan = planFor(weak, server);
    const few = plan.steps.filter(({ id }) => id === 's3' || id === 's4');
    return { ...plan, steps: [...few, step('s6', 'limits', [fails])] };
  };
  it('puts back a file behind a link with its mode and owner, and the link stays', () =>
    withServer(server, async (weak) => {
      const real = behindLink(weak);
      const before = statSync(real);
      const { code, said } = await run(shell.render(brokenFor(weak)), weak, { TMPDIR: dirname(real) });
      expect(said).not.toContain('NOT PUT BACK');
      expect(code).toBe(1);
      expect(readFileSync(real, 'utf8')).toBe(weakConf);
      const { mode, uid, gid } = statSync(real);
      expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
      expect(lstatSync(weak.conf).isSymbolicLink()).toBe(true);
      expectOneCopy(dirname(real));
    }));

  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot).each(['the file', 'its folder'])(
    'follows no link that the account of the server made to what is not its own: %s',
    (which) =>
      withServer(server, async (weak) => {
        const real = behindLink(weak);
        if (which === 'the file') lchownSync(weak.conf, 65_534, 65_534);
        const link = join(weak.folder, 'way');
        symlinkSync('etc', link);
        lchownSync(link, 65_534, 65_534);
        const conf = which === 'the file' ? weak.conf : join(link, 'real.conf');
        const plan = planFor({ ...weak, conf }, server);
        const access = { do: 'set-access', node: 'n1', path: conf, owner: '65534', mode: '0666' } as const;
        for (const steps of [plan.steps, [step('s4', 'files', [access])]]) {
          const { code, said } = await run(shell.render({ ...plan, steps }), weak);
          expect(said).toContain('is a link that its maker could not follow');
          expect(code).toBe(1);
          const { mode, uid } = statSync(real);
          expect([mode & 0o777, uid, readFileSync(real, 'utf8')]).toEqual([0o644, 0, weakConf]);
        }
        expect(copiesIn(join(weak.folder, 'etc'))).toEqual([]);
      }),
  );

  it.skipIf(keptFromOthers !== '').each(['done', 'put back'])(
    `is run by a plain account with sudo until all is %s${keptFromOthers}`,
    (end) =>
      withServer(server, async (weak) => {
        // What root owns, below a folder that only root enters.
        const conf = behindLink(weak);
        chmodSync(conf, 0o600);
        chmodSync(join(weak.folder, 'etc'), 0o700);
        chmodSync(weak.folder, 0o755);
        const bin = join(weak.folder, 'bin');
        mkdirSync(bin);
        copyFileSync('/usr/bin/setpriv', join(bin, 'raise'));
        chmodSync(join(bin, 'raise'), 0o4755);
        const sudo = `#!/bin/sh\n[ "$1 $2" = '-n --' ] && shift 2\nexec ${bin}/raise --reuid=0 --regid=0 --clear-groups "$@"\n`;
        writeFileSync(join(bin, 'sudo'), sudo, { mode: 0o755 });
        const plan = brokenFor(weak);
        const access = {
          do: 'set-access',
          node: 'n1',
          path: weak.conf,
          owner: '65533',
          mode: '0640',
        } as const;
        const path = join(weak.folder, 'etc', 'sub', 'ours.conf');
        const write = { do: 'write-file', node: 'n1', path, text: 'x\n', mode: '0644' } as const;
        const few = plan.steps.slice(0, end === 'done' ? -1 : undefined);
        const steps = [step('s0', 'files', [access, write]), ...few];
        const ran = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-s'], {
          input: shell.render({ ...plan, steps }),
          env: {
            ...process.env,
            PATH: `${bin}:${process.env['PATH']}`,
            REDIS_CLI: cli,
            PATIENCE: '3',
            ...secrets,
          },
          encoding: 'utf8',
        });
        expect(ran.stderr).toContain(end === 'done' ? 'All steps are done' : 'putting everything back');
        expect(ran.stderr).not.toMatch(/NOT PUT BACK|STILL READABLE|denied/);
        const { mode, uid } = statSync(conf);
        expect([mode & 0o777, uid]).toEqual(end === 'done' ? [0o640, 65_533] : [0o600, 0]);
        expect(readFileSync(conf, 'utf8') === weakConf).toBe(end === 'put back');
        expect(existsSync(path)).toBe(end === 'done');
        expect(copiesIn(join(weak.folder, 'etc')).map((copy) => statSync(copy).mode & 0o777)).toEqual([
          0o600,
        ]);
      }),
  );

  it('edits a file as our own editor does', () =>
    withServer(server, async (weak) => {
      const text =
        '# one\nSAVE 900 1\nsave 60 10000\nclient-output-buffer-limit normal 0 0 0\n  port 1\nport 2\nlast';
      writeFileSync(weak.conf, text);
      const changes = [
        { do: 'set', name: 'port', args: ['7'] },
        {
          do: 'replace',
          name: 'save',
          lines: [
            ['300', '5'],
            ['30', '6'],
            ['1', '1'],
          ],
        },
        { do: 'remove', name: 'client-output-buffer-limit', beginning: ['normal'] },
        { do: 'append', name: 'client-output-buffer-limit', args: ['normal', '1mb', '1mb', '60'] },
        { do: 'comment-out', name: 'last' },
        { do: 'set', name: 'dir', args: ['/a folder/with "quotes"'] },
      ] as const;
      const action = { do: 'edit-conf', node: 'n1', path: weak.conf, changes } as const;
      const plan = { ...planFor(weak, server), steps: [step('s1', 'limits', [action])] };
      expect((await run(shell.render(plan), weak)).code).toBe(0);
      const { value } = edit(parseConf(Buffer.from(text)), changes);
      const settings = (bytes: Uint8Array): readonly string[] =>
        parseConf(bytes).lines.flatMap((line) =>
          line.kind === 'directive' ? [JSON.stringify([line.name, line.args])] : [],
        );
      expect(settings(Buffer.from(weak.read())).toSorted()).toEqual(settings(printConf(value)).toSorted());
    }));

  it('runs nothing that a plan smuggles in', () =>
    withServer(server, async (weak) => {
      const mark = join(weak.folder, 'smuggled');
      const evil = `x'; touch ${mark}; '\n touch ${mark}\n$(touch ${mark})\`touch ${mark}\`"`;
      const plan = planFor(weak, server);
      const text = shell.render({
        ...plan,
        id: evil,
        madeAt: evil,
        nodes: plan.nodes.map((node) => ({ ...node, id: evil, version: evil, conf: evil })),
        secrets: [{ id: evil, label: evil, user: evil }],
        steps: [
          {
            ...step('s1', 'administrator', [
              { do: 'set-setting', node: evil, name: evil, value: evil },
              { do: 'set-user', node: evil, user: evil, rules: [evil, { secret: evil }] },
              { do: 'edit-conf', node: evil, path: evil, changes: [{ do: 'set', name: evil, args: [evil] }] },
              { do: 'write-file', node: evil, path: evil, text: evil, mode: evil, owner: evil },
            ]),
            node: evil,
            title: evil,
          },
        ],
        unmet: [],
      });
      expect(spawnSync('sh', ['-n'], { input: text }).status).toBe(0);
      await run(text, weak, { [`SECRET_${evil}`]: '' });
      expect(existsSync(mark)).toBe(false);
    }));

  it('says what it leaves out, and does nothing that rests on it', () => {
    const plan = examplePlan(
      { host: '127.0.0.1', port: 6379, conf: '/etc/redis/redis.conf', version: '7.0.15' },
      [
        step('s6', 'restart', [{ do: 'restart', node: 'n1', by: { kind: 'relaunch' } }]),
        step('s7', 'limits', [{ do: 'set-setting', node: 'n1', name: 'timeout', value: '1' }]),
      ],
    );
    const text = shell.render(plan);
    expect(text).toContain(
      '# not in this form: s6 on n1: restart of the example: nobody watches over the process',
    );
    expect(text).toContain('# not in this form: s7 on n1');
    expect(text).toContain('# not reached on n1: Known holes are open. Upgrade to 7.2.12.');
    expect(text).not.toContain('\'timeout\' "1"');
  });

  it('is found without fault by shellcheck', async (test) => {
    const shellcheck = await tool('shellcheck');
    if ('missing' in shellcheck) return test.skip(shellcheck.missing);
    const plan = examplePlan({ host: '::1', port: 6379, conf: '/etc/redis/redis.conf', version: '7.0.15' });
    const [program, ...words] = shellcheck.argv;
    const found = spawnSync(program, [...words, '-'], {
      input: shell.render(plan),
      env: shellcheck.env,
      encoding: 'utf8',
    });
    expect(found.stdout).toBe('');
    expect(found.status).toBe(0);
  });
});
