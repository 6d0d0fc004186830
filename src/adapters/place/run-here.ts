import { spawn } from 'node:child_process';
import type { Ran } from './place.ts';

const maxOutput = 1 << 20;

/**
 * Runs a program of this host: no shell, a bare environment, messages in English.
 *
 * @throws Error where it cannot be started, prints more than 1 MiB, or does not end in time
 */
export function runHere(
  [program = '', ...args]: readonly string[],
  { timeout, input }: { readonly timeout: number; readonly input?: Buffer },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let size = 0;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      settle();
    };
    const stop = (why: string): void =>
      end(() => {
        child.kill('SIGKILL');
        reject(new Error(`${program} ${why}`));
      });
    const timer = setTimeout(() => stop(`did not end within ${timeout} ms`), timeout);
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxOutput) stop(`prints more than ${maxOutput} bytes`);
        else kept[name].push(chunk);
      });
    child.once('error', (error: Error & { code?: string }) =>
      end(() => reject(new Error(`${program} cannot be run (${error.code ?? 'unknown error'})`))),
    );
    const text = (name: 'stdout' | 'stderr'): string => Buffer.concat(kept[name]).toString('utf8');
    child.once('close', (code) =>
      end(() => resolve({ code: code ?? 255, stdout: text('stdout'), stderr: text('stderr') })),
    );
    // A program that reads nothing closes its end early.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
