import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { matrixServer } from '../live/support/servers.ts';
import { keyward, keywards, program } from './keyward.ts';

const password = 'CANARY-of-the-test-9Xk';
const folder = mkdtempSync(join(tmpdir(), 'keyward-output-'));
const at = (name: string): string => join(folder, name);
let server: RunningServer;
let target = '';

beforeAll(async () => {
  server = await matrixServer('redis-8.6').start([`requirepass ${password}`]);
  target = `redis://127.0.0.1:${server.port}`;
  writeFileSync(at('password'), `${password}\nnot this line\n`);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const login = { env: { REDISCLI_AUTH: password } };
const escapes = /\u001b\[/;

describe('a password', () => {
  it.each([
    ['a file', ['--password-file', at('password')], {}],
    ['a variable of any name', ['--password-env', 'KW_SECRET'], { KW_SECRET: password }],
  ] as const)('is taken from %s', async (_, args, env) => {
    const { code, out, err } = await keyward(['audit', target, '--no-host', ...args, '-f', 'json'], { env });
    expect(err).toBe('');
    expect(code).toBe(1);
    expect(out).toContain('CONFIG GET *');
    expect(out).not.toContain(password);
  });

  it('in a pipe is as good as one in a file', async () => {
    const { code, err } = await keyward(['audit', target, '--no-host', '--password-file'], {
      shell: `"$@" <(cat '${at('password')}')`,
    });
    expect([code, err]).toEqual([1, '']);
  });

  it('that is wrong ends with 2 and a sentence', async () => {
    const { code, err } = await keyward(['audit', target, '--no-host'], { env: { REDISCLI_AUTH: 'wrong' } });
    expect(err).toMatch(/the login was refused: WRONGPASS/);
    expect(code).toBe(2);
  });

  it('in a URL is gone from the process list before anything is sent', async () => {
    // Silent: while Keyward waits for its answer we look at its command line.
    const sockets: Socket[] = [];
    const { promise: met, resolve } = Promise.withResolvers<void>();
    const silent = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => socket.destroy());
      socket.once('data', () => resolve());
    });
    await new Promise<void>((ready) => {
      silent.listen(0, '127.0.0.1', ready);
    });
    const { port } = silent.address() as AddressInfo;
    const [node = '', main = ''] = program;
    const child = spawn(node, [main, 'audit', `redis://app:${password}@127.0.0.1:${port}`, '--no-host'], {
      stdio: 'ignore',
    });
    const ended = new Promise((done) => {
      child.once('close', done);
    });
    await met;
    if (existsSync('/proc')) {
      const line = readFileSync(`/proc/${child.pid}/cmdline`, 'latin1');
      expect(line).toMatch(/^keyward/);
      expect(line).not.toContain(password);
    }
    child.kill();
    await ended;
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});

describe('colours', () => {
  const has = async (env: Readonly<Record<string, string>>): Promise<boolean> =>
    escapes.test((await keyward(['audit', target, '--no-host'], { env: { ...login.env, ...env } })).out);

  it('can be asked for without a terminal, and NO_COLOR has the last word', async () => {
    expect(await has({ FORCE_COLOR: '1' })).toBe(true);
    expect(await has({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });

  it.skipIf(spawnSync('script', ['--version']).status !== 0)('are for a terminal', async () => {
    const shell = `script -qec "$(printf '%q ' "$@")" /dev/null`;
    const { out } = await keyward(['audit', target, '--no-host'], {
      env: { ...login.env, TERM: 'xterm' },
      shell,
    });
    expect(out).toMatch(escapes);
  });
});

describe('a report in a file', () => {
  it('is for its owner only, also where an open one was before, and never coloured', async () => {
    for (const name of ['report.txt', 'snapshot.json']) {
      writeFileSync(at(name), 'old and longer than nothing');
      chmodSync(at(name), 0o644);
    }
    const { code, out, err } = await keyward(
      ['audit', target, '--no-host', '-o', at('report.txt'), '--save', at('snapshot.json')],
      { env: { ...login.env, FORCE_COLOR: '1' } },
    );
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`wrote ${at('report.txt')}`);
    expect(readFileSync(at('report.txt'), 'utf8')).not.toMatch(escapes);
    for (const name of ['report.txt', 'snapshot.json']) {
      expect(statSync(at(name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(at(name), 'utf8')).not.toContain('old and longer');
    }
  });

  it('can be made again from a snapshot, to the byte', async () => {
    const first = await keyward(['audit', target, '-f', 'json', '--save', at('again.json')], login);
    const again = await keyward(['audit', at('again.json'), '-f', 'json']);
    expect(again.out).toBe(first.out);
    expect([again.code, again.err]).toEqual([first.code, first.err]);
  });
});

describe('the exit code', () => {
  it('follows --fail-on', async () => {
    await keyward(['audit', target, '--no-host', '--save', at('codes.json')], login);
    const ran = await keywards(
      ['info', 'low', 'critical'].map((severity) => ['audit', at('codes.json'), '--fail-on', severity]),
    );
    // This server is young and has a password: nothing about it is critical.
    expect(ran.map(({ code }) => code)).toEqual([1, 1, 0]);
  });

  it('is 2 when one of several could not be audited', async () => {
    const { code, out, err } = await keyward(['audit', target, 'redis://127.0.0.1:1', '--no-host'], login);
    expect(code).toBe(2);
    expect(out).toContain(target);
    expect(err).toMatch(/127\.0\.0\.1:1: nothing listens/);
  });
});

describe('no target', () => {
  it('is every server of this host, ours among them', async () => {
    const { out, err } = await keyward(['audit', '-f', 'csv', '--timeout', '20'], { patience: 60_000 });
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toContain(target);
  }, 70_000);
});

describe('a reader who leaves', () => {
  it.each(['| head -c 1', '>&-'])('is no error: %s', async (rest) => {
    const { err } = await keyward(['audit', target, '--no-host', '-v', '-f', 'json'], {
      ...login,
      shell: `"$@" ${rest}; exit 0`,
    });
    expect(err).not.toMatch(/EPIPE|EBADF|\n\s+at /);
  });
});
