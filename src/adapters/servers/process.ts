import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

// The newest part of a log is what tells why a start failed.
const logLimit = 64 * 1024;

// On Linux the kernel itself ends the server when we die in a way that no handler sees (SIGKILL).
const deathWish = '/usr/bin/setpriv';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** A server process in a group of its own, with the end of what it printed. */
export interface ServerProcess {
  readonly pid: number;
  readonly log: () => string;
  readonly ended: () => boolean;
  /** Kills the whole group, its background saves too. */
  readonly kill: () => void;
  readonly whenEnded: Promise<void>;
}

/** Starts `argv` without a shell, standard input closed, output captured. Rejects when it cannot be run. */
export async function startProcess(
  argv: readonly string[],
  cwd: string,
  account?: Account,
): Promise<ServerProcess> {
  const guarded = existsSync(deathWish) ? [deathWish, '--pdeathsig', 'KILL', ...argv] : argv;
  const [program = '', ...args] = guarded;
  const child: ChildProcess = spawn(program, args, {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    ...account,
  });
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString('latin1')).slice(-logLimit);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const { promise: whenEnded, resolve } = Promise.withResolvers<void>();
  child.once('close', () => resolve());
  await new Promise<void>((started, failed) => {
    child.once('spawn', () => started());
    child.once('error', failed);
  });
  const pid = child.pid ?? 0;
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = (): void => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  };
  return { pid, log: () => log, ended, kill, whenEnded };
}
