import { execFile } from 'node:child_process';
import type { ServerBinary } from './manifest.ts';

/**
 * Asks a program for its version (`redis-server --version`); undefined when it is no server or does not run.
 *
 * The line is `Redis server v=7.0.15 sha=…` or `Valkey server v=8.1.1 sha=…`; KeyDB names itself in the path
 * only, so its file name decides.
 */
export async function identifyBinary(
  path: string,
): Promise<Pick<ServerBinary, 'product' | 'version'> | undefined> {
  const line = await versionLine(path);
  const [, name, version] = /^(Redis|Valkey|KeyDB)? ?server v=([0-9][0-9a-z.-]{0,30}) /i.exec(line) ?? [];
  if (version === undefined) return undefined;
  const isKeyDb = /keydb/i.test(name ?? '') || path.includes('keydb');
  return { product: isKeyDb ? 'keydb' : /valkey/i.test(name ?? '') ? 'valkey' : 'redis', version };
}

function versionLine(path: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: 10_000, maxBuffer: 65_536 }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}
