import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ran {
  /** From before the start of the process until its end was seen. */
  readonly milliseconds: number;
  readonly code: number | null;
}

/** Runs a program to its end; what it prints goes nowhere. @throws where it cannot be started */
export function runChild(argv: readonly string[], input?: string): Ran {
  const [program = '', ...args] = argv;
  const start = process.hrtime.bigint();
  const { status, error } = spawnSync(program, args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'],
    ...(input === undefined ? {} : { input }),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C' },
  });
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (error) throw error;
  return { milliseconds, code: status };
}

const timer = '/usr/bin/time';

/** The largest resident set of a program's run in MB, by GNU time; undefined where that is not installed. */
export function peakMegabytes(argv: readonly string[]): number | undefined {
  if (!existsSync(timer)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-'));
  try {
    const file = join(folder, 'peak');
    runChild([timer, '-q', '-f', '%M', '-o', file, ...argv]);
    const kilobytes = Number(readFileSync(file, 'utf8').trim());
    return Number.isFinite(kilobytes) ? kilobytes / 1024 : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
