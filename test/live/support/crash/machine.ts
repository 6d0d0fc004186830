/** A server on a disk of its own, which can be filled, made read-only, killed and stopped in its tracks. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  lchownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from '../ask.ts';
import type { MatrixServer } from '../servers.ts';

export interface Ground {
  readonly dir: string;
  readonly port: number;
  readonly tlsPort: number;
}

export interface Machine extends Ground {
  readonly conf: string;
  /** The running process: another one after a restart. */
  pid(): number;
  fillDisk(): unknown;
  emptyDisk(): unknown;
  readOnly(on: boolean): unknown;
  /** kill -9, and a supervisor that starts it again after so many milliseconds. */
  kill(rest: number): Promise<void>;
  freeze(on: boolean): unknown;
  stop(): Promise<void>;
}

export interface MachineOptions {
  readonly lines: (ground: Ground) => readonly string[];
  /** Files beside its configuration. */
  readonly files?: (ground: Ground) => void;
  readonly sentinel?: boolean;
  /** Above the folder of its disk; that of temporary files. */
  readonly base?: string;
  /** Who starts it and knows its process, where that is another than a supervisor with its program and its file. */
  readonly manager?: {
    readonly start: (ground: Ground, words: readonly string[]) => void;
    readonly pid: () => number;
    readonly kill: () => Promise<void>;
  };
}

/** No account of this host need have that number. */
const somebody = 3108;

/** Mounting needs root; elsewhere there is no disk to fill. */
export const canMount = process.getuid?.() === 0;

export async function startMachine(
  server: MatrixServer,
  { lines, files, sentinel = false, base = tmpdir(), manager }: MachineOptions,
): Promise<Machine> {
  const dir = mkdtempSync(join(base, 'keyward-machine-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0755', 'keyward', dir]);
  const port = await evenPort();
  const ground = { dir, port, tlsPort: port + 1 };
  const conf = join(dir, 'server.conf');
  files?.(ground);
  const text = [
    `port ${port}`,
    `dir ${dir}`,
    ...(sentinel ? [] : ['save ""']),
    'daemonize no',
    // Written at every start, outside of the disk that is filled.
    `pidfile ${dir}.pid`,
    ...lines(ground),
  ];
  writeFileSync(conf, `${text.join('\n')}\n`, { mode: 0o644 });
  // Not of whoever writes them: that they keep their owner is seen.
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(dir, name), somebody, somebody);
  let child: ChildProcess | undefined;
  const words = [server.path, conf, ...(sentinel ? ['--sentinel'] : [])];
  const [program = '', ...args] = words;
  const launch = (): void => {
    if (manager) manager.start(ground, words);
    else child = spawn(program, args, { cwd: dir, stdio: 'ignore' });
  };
  launch();
  await untilUp(ground);
  const pid = (): number => {
    const is = manager?.pid() ?? Number(readFileSync(`${dir}.pid`, 'latin1').trim());
    // A signal to process 0 goes to all of ours.
    if (!(is > 1)) throw new Error(`the server at port ${port} has no process`);
    return is;
  };
  return {
    ...ground,
    conf,
    pid,
    fillDisk: () => {
      const { bavail, bsize } = statfsSync(dir);
      writeFileSync(join(dir, 'full'), Buffer.alloc(bavail * bsize));
    },
    emptyDisk: () => rmSync(join(dir, 'full'), { force: true }),
    readOnly: (on) => {
      execFileSync('mount', ['-o', `remount,${on ? 'ro' : 'rw'}`, dir]);
    },
    kill: async (rest) => {
      if (manager) await manager.kill();
      else await killed(pid());
      await wait(rest);
      launch();
      await untilUp(ground);
    },
    freeze: (on) => {
      process.kill(pid(), on ? 'SIGSTOP' : 'SIGCONT');
    },
    stop: async () => {
      try {
        process.kill(pid(), 'SIGCONT');
        process.kill(pid(), 'SIGKILL');
      } catch {
        // It is gone.
      }
      child?.kill('SIGKILL');
      await wait(20);
      execFileSync('umount', ['-l', dir]);
      rmSync(dir, { recursive: true, force: true });
      rmSync(`${dir}.pid`, { force: true });
    },
  };
}

/** It has ended, and no more has its port, when this comes back: who starts meanwhile would find that taken. */
async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  const isGone = (): boolean => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // Its first thread may have ended while others still hold its sockets.
      return (
        /^[XZ]/.test(stat.slice(stat.lastIndexOf(')') + 2)) && readdirSync(`/proc/${pid}/task`).length <= 1
      );
    } catch {
      return true;
    }
  };
  while (!isGone()) await wait(1);
}

/**
 * A free port with a free one above it, both below all that the system gives out by itself: a server that is killed has
 * to find its port again.
 */
async function evenPort(): Promise<number> {
  for (;;) {
    const port = 12_000 + 2 * randomInt(9000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** It answers at its plain port, or takes connections at its other one: that opens last, and may be the only one. */
export async function untilUp({ port, tlsPort }: Ground): Promise<void> {
  const until = performance.now() + 30_000;
  for (;;) {
    try {
      await ask({ port }, 'PING');
      return;
    } catch (error) {
      if (await takes(tlsPort)) return;
      if (performance.now() > until) throw error;
      await wait(5);
    }
  }
}

const takes = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (up: boolean): void => {
      socket.destroy();
      resolve(up);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
