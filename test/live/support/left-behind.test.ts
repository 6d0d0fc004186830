import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { matrix } from './servers.ts';

const program = `
import { startServer } from ${JSON.stringify(new URL('../../../src/adapters/servers/index.ts', import.meta.url).href)};
const server = await startServer({ binary: ${JSON.stringify(matrix.at(0)?.path ?? '')} });
process.stdout.write(JSON.stringify({ pid: server.pid, dir: server.dir }) + '\\n');
if (process.argv.includes('leave')) process.exit(3);
setInterval(() => {}, 1000);
`;

interface Started {
  readonly pid: number;
  readonly dir: string;
}

describe.skipIf(matrix.length === 0)('a server whose starter', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends by %s is gone, with its directory',
    async (signal) => {
      const { started, ended } = await run([], signal);
      expect(ended).toEqual([null, signal]);
      await gone(started.pid);
      expect(existsSync(started.dir)).toBe(false);
    },
  );

  test('calls process.exit is gone, with its directory', async () => {
    const { started, ended } = await run(['leave']);
    expect(ended).toEqual([3, null]);
    await gone(started.pid);
    expect(existsSync(started.dir)).toBe(false);
  });

  test.runIf(existsSync('/usr/bin/setpriv'))('is killed is gone', async () => {
    const { started } = await run([], 'SIGKILL');
    await gone(started.pid);
    rmSync(started.dir, { recursive: true });
  });
});

async function run(
  args: readonly string[],
  signal?: NodeJS.Signals,
): Promise<{ started: Started; ended: unknown }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, '--', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => {
    child.once('exit', (code, by) => resolve([code, by]));
  });
  const started = await new Promise<Started>((resolve) => {
    child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as Started));
  });
  if (signal !== undefined) child.kill(signal);
  return { started, ended: await ended };
}

/** Waits until the process has ended; the test's own time limit is what fails it. */
async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await wait(5);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // An orphan that has ended stays in the table until the first process of the machine looks after it.
    return !existsSync('/proc/self/stat') || !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}
