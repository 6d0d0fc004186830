import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Its tests of Redis, all of them. */
export const lynisTests: readonly string[] = ['DBS-1880', 'DBS-1882', 'DBS-1884', 'DBS-1886', 'DBS-1888'];

export interface LynisFinding {
  readonly test: string;
  readonly kind: 'warning' | 'suggestion';
  readonly says: string;
}

export interface LynisRun {
  readonly version: string;
  /** Whether it saw the server at all. */
  readonly running: boolean;
  readonly findings: readonly LynisFinding[];
  readonly milliseconds: number;
}

/** Lynis' tests of Redis on this host, with configuration files looked for below `host`. @throws where it does not run */
export function runLynis(unpacked: string, host: string): LynisRun {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-lynis-'));
  try {
    const report = join(folder, 'report');
    const args = [
      join(unpacked, 'usr/sbin/lynis'),
      'audit',
      'system',
      '--quick',
      '--no-colors',
      '--profile',
      join(unpacked, 'etc/lynis/default.prf'),
      '--plugindir',
      join(unpacked, 'etc/lynis/plugins'),
      '--rootdir',
      `${host}/`,
      '--tests',
      lynisTests.join(' '),
      '--logfile',
      join(folder, 'log'),
      '--report-file',
      report,
    ];
    const start = process.hrtime.bigint();
    // It finds its own parts by the working directory.
    const { stdout } = spawnSync('sh', args, {
      cwd: join(unpacked, 'usr/share/lynis'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 300_000,
    });
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    return { ...read(reportOf(report, stdout), host), milliseconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reportOf(path: string, printed: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Error(`lynis did not run: ${printed.trim().split('\n').at(-1) ?? ''}`);
  }
}

/** Lines as `warning[]=DBS-1882|what it says|where|what to do|`. */
function read(report: string, host: string): Omit<LynisRun, 'milliseconds'> {
  const findings = [...report.matchAll(/^(warning|suggestion)\[\]=(DBS-188\d)\|([^|]*)\|/gm)].map(
    ([, kind, test = '', says = '']): LynisFinding => ({
      test,
      kind: kind === 'warning' ? 'warning' : 'suggestion',
      says: says.replaceAll(host, ''),
    }),
  );
  return {
    version: /^lynis_version=(\S+)$/m.exec(report)?.[1] ?? 'unknown',
    running: report.includes('redis_server_running=1'),
    findings,
  };
}
