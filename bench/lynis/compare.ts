/** Lynis and Keyward on the same host, the same real servers and the same files. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Audit, Finding } from '../../src/index.ts';
import { builtCli } from '../built.ts';
import { runChild } from '../run-child.ts';
import { lynisFolder } from './fetch.ts';
import { runLynis, type LynisRun } from './run.ts';
import { startHosted, type HostedServer } from './server.ts';

export interface Comparison {
  /** In words. */
  readonly server: string;
  readonly version: string;
  readonly lynis: LynisRun;
  readonly ours: readonly Finding[];
  readonly milliseconds: number;
}

/** Our check that finds what a test of lynis finds. */
export const counterparts: Readonly<Record<string, string>> = {
  'DBS-1882': 'conf-readable-by-others',
  'DBS-1884': 'default-user-open',
  'DBS-1886': 'dangerous-commands-open',
  'DBS-1888': 'listens-on-every-address',
};

/** As it is after an installation from source: protected mode keeps strangers out, so that it may run anywhere. */
const weak = (): Promise<HostedServer> => startHosted(() => [], 0o644);

// SHA-256 of 64 characters from a random source that nobody kept.
const hashed = 'f1c0a86d4be7903a5dd2174c6ee8b0392f6a51d7780ec94b13ad265fc9e40b87';

/** Users with small rights and passwords as hashes, the default user off, loopback only. */
const wellKept = (): Promise<HostedServer> =>
  startHosted(
    (etc) => ['bind 127.0.0.1 -::1', `aclfile ${join(etc, 'users.acl')}`, 'maxmemory 64mb'],
    0o600,
    {
      'users.acl': `user default off resetpass -@all\nuser app on #${hashed} ~app:* +@read +@write -@dangerous\n`,
    },
  );

function auditOf({ port }: HostedServer): {
  readonly findings: readonly Finding[];
  readonly milliseconds: number;
} {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-'));
  try {
    const report = join(folder, 'report.json');
    const { milliseconds } = runChild([
      process.execPath,
      builtCli(),
      'audit',
      `redis://127.0.0.1:${port}`,
      '--format',
      'json',
      '-o',
      report,
    ]);
    const audit = JSON.parse(readFileSync(report, 'utf8')) as Audit;
    return { findings: audit.servers[0]?.findings ?? [], milliseconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function on(server: string, start: () => Promise<HostedServer>): Promise<Comparison> {
  const unpacked = lynisFolder();
  const hosted = await start();
  try {
    const { findings, milliseconds } = auditOf(hosted);
    return {
      server,
      version: hosted.version,
      lynis: runLynis(unpacked, hosted.host),
      ours: findings,
      milliseconds,
    };
  } finally {
    await hosted.stop();
  }
}

/** One after the other: lynis looks for any server on the host. @throws where lynis or a server is not to be had */
export async function compare(): Promise<readonly Comparison[]> {
  return [await on('a server as installed', weak), await on('a well-kept server', wellKept)];
}

/** What lynis found rightly and we did not: must be none. On the well-kept server all that it says is wrong. */
export const overlooked = ({ lynis, ours }: Comparison): readonly string[] =>
  lynis.findings
    .map(({ test }) => test)
    .filter((test) => !ours.some(({ check }) => check === counterparts[test]));
