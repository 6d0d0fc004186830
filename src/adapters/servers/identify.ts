import { execFile } from 'node:child_process';
import type { ServerBinary } from './manifest.ts';

const products = ['redis', 'valkey', 'keydb'] as const;

/**
 * Asks a program for its version (`redis-server --version`); undefined when it is no server or does not run.
 *
 * The line is `Redis server v=7.0.15 sha=…`, and likewise with Valkey or KeyDB for the first word.
 */
export async function identifyBinary(
  path: string,
): Promise<Pick<ServerBinary, 'product' | 'version'> | undefined> {
  const line = await versionLine(path);
  const [, name, version] = /^(Redis|Valkey|KeyDB) server v=([0-9][0-9a-z.-]{0,30}) /i.exec(line) ?? [];
  const product = products.find((one) => one === name?.toLowerCase());
  return product === undefined || version === undefined ? undefined : { product, version };
}

function versionLine(path: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: 10_000, maxBuffer: 65_536 }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}
