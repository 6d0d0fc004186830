import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { width } from '../../src/lang/text/index.ts';
import { matrixServer, serversDirectory } from '../live/support/servers.ts';
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

describe.skipIf(!existsSync('/proc'))('the lab', () => {
  /** Whoever was started from there: its servers, Keyward itself and its watchdog inherit the folder's name. */
  const processes = (dir: string): readonly string[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
      .filter((pid) => {
        try {
          return ['environ', 'cmdline'].some((file) =>
            readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(dir),
          );
        } catch {
          return false;
        }
      });
  const inPlaces = (): { readonly place: string; readonly env: Readonly<Record<string, string>> } => {
    const place = mkdtempSync(join(folder, 'lab-'));
    mkdirSync(join(place, 'tmp'));
    mkdirSync(join(place, 'home'));
    const env = {
      TMPDIR: join(place, 'tmp'),
      HOME: join(place, 'home'),
      NODE_COMPILE_CACHE: '',
      KEYWARD_SERVERS: serversDirectory,
    };
    return { place, env };
  };
  const expectNothingLeft = async (place: string): Promise<void> => {
    // The watchdog looks a few times a second whether there is still something to watch.
    await expect.poll(() => processes(place), { timeout: 5000 }).toEqual([]);
    expect(readdirSync(join(place, 'tmp'))).toEqual([]);
    expect(existsSync(join(place, 'home/.local'))).toBe(false);
  };

  it.each([
    ['at once', /starting/],
    ['while it waits for the application', /waits/],
    ...(process.env['KEYWARD_DEEP']
      ? ([
          ['in the middle of the plan', /s2 done/],
          ['before the confirmation', /confirm/],
        ] as const)
      : []),
  ] as const)('leaves nothing behind when it is interrupted %s', async (_, moment) => {
    const { place, env } = inPlaces();
    const [node = '', main = ''] = program;
    const child = spawn(node, [main, 'lab'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((done) => {
      child.once('close', (code, signal) => done([code, signal]));
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    while (!moment.test(said) && child.exitCode === null) await wait(5);
    child.kill('SIGINT');
    expect(await ended).toEqual([null, 'SIGINT']);
    expect(said).not.toMatch(/\n\s+at /);
    await expectNothingLeft(place);
  });

  it('goes the whole way, loses no request of the application, and removes everything', async () => {
    const { place, env } = inPlaces();
    const { code, out, err } = await keyward(['lab'], { env });
    expect([code, err]).toEqual([0, expect.stringMatching(/stopped and removed\n$/)]);
    expect(err).toMatch(/audit\n[\s\S]*plan[\s\S]*apply[\s\S]*confirm[\s\S]*prove[\s\S]*audit again\n/);
    const [, requests] = /sent (\d+) requests all the while: 0 lost/.exec(out) ?? [];
    expect(Number(requests)).toBeGreaterThan(100);
    expect(out).toMatch(/claims hold, 0 do not\n/);
    expect(out).toMatch(/before\s+after\n\s+verdict\s+exposed\s+(weak|sound)\n/);
    expect(out).toMatch(/need no login\s+[1-9]\d*\s+0\n/);
    expect(out).toMatch(/findings: critical\s+[1-9]\d*\s+0\n/);
    expect(Math.max(...out.split('\n').map((line) => width(line)))).toBeLessThanOrEqual(80);
    expect(out.split('\n').length).toBeLessThan(120);
    await expectNothingLeft(place);
  });

  it('shows both audits, the plan and the proof whole when asked', async () => {
    const { code, out } = await keyward(['lab', '-v'], { env: inPlaces().env });
    expect(code).toBe(0);
    const parts = ['EXPOSED\n', 'WHO USES IT NOW', '+user default off', 'TRIED FROM OUTSIDE', 'SIDE BY SIDE'];
    const places = parts.map((words) => out.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(out.split('\n').length).toBeGreaterThan(200);
  });
});
