/** A server on a disk of its own, which can be filled, made read-only, killed and stopped in its tracks. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from '../ask.ts';
import { freePort } from '../../../../src/adapters/servers/ports.ts';
import type { MatrixServer } from '../servers.ts';

export interface Machine {
  readonly dir: string;
  readonly conf: string;
  readonly port: number;
  readonly tlsPort: number;
  /** The running process: another one after a restart. */
  pid(): number;
  fillDisk(): void;
  emptyDisk(): void;
  readOnly(on: boolean): void;
  /** kill -9, and a supervisor that starts it again after a moment. */
  kill(): Promise<void>;
  freeze(on: boolean): void;
  stop(): Promise<void>;
}

/** Mounting needs root; elsewhere there is no disk to fill. */
export const canMount = process.getuid?.() === 0;

const pidIn = (file: string): number => Number(execFileSync('cat', [file], { encoding: 'utf8' }).trim());

export async function startMachine(
  server: MatrixServer,
  lines: (place: {
    readonly dir: string;
    readonly port: number;
    readonly tlsPort: number;
  }) => readonly string[],
  more: (dir: string) => void = () => undefined,
): Promise<Machine> {
  const dir = mkdtempSync(join(tmpdir(), 'keyward-machine-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0755', 'keyward', dir]);
  const port = await freePort();
  // Free for as long as its server has the other one: below all ports that the system gives out by itself.
  const tlsPort = port > 32_767 ? port - 28_232 : await freePort();
  const conf = join(dir, 'server.conf');
  more(dir);
  const text = [
    `port ${port}`,
    `dir ${dir}`,
    'save ""',
    'daemonize no',
    // Written at every start, outside of the disk that is filled.
    `pidfile ${dir}.pid`,
    ...lines({ dir, port, tlsPort }),
  ];
  writeFileSync(conf, `${text.join('\n')}\n`, { mode: 0o644 });
  let child: ChildProcess | undefined;
  const launch = (): void => {
    child = spawn(server.path, [conf], { cwd: dir, stdio: 'ignore' });
  };
  const answers = async (): Promise<void> => {
    const until = performance.now() + 10_000;
    for (;;) {
      try {
        await ask({ port }, 'PING');
        return;
      } catch (error) {
        if (performance.now() > until) throw error;
        await wait(5);
      }
    }
  };
  launch();
  await answers();
  const pid = (): number => pidIn(`${dir}.pid`);
  return {
    dir,
    conf,
    port,
    tlsPort,
    pid,
    fillDisk: () => {
      const { bavail, bsize } = statfsSync(dir);
      writeFileSync(join(dir, 'full'), Buffer.alloc(bavail * bsize));
    },
    emptyDisk: () => rmSync(join(dir, 'full'), { force: true }),
    readOnly: (on) => {
      execFileSync('mount', ['-o', `remount,${on ? 'ro' : 'rw'}`, dir]);
    },
    kill: async () => {
      const old = pid();
      process.kill(old, 'SIGKILL');
      await wait(30);
      launch();
      await answers();
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

export const loose = (path: string): void => chmodSync(path, 0o666);
