import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { identifyBinary } from './identify.ts';
import { type ServerBinary, readManifest } from './manifest.ts';

const programs = ['redis-server', 'valkey-server', 'keydb-server'];

/**
 * Finds the servers that can be started here: those of a directory's manifest, then those on the PATH.
 *
 * Only absolute entries of the PATH are searched, so that the working directory never names a program.
 *
 * @example
 * const [server] = await findServers();
 * if (server !== undefined) console.log(server.name, server.version);
 */
export async function findServers(
  options: { readonly directory?: string; readonly path?: string } = {},
): Promise<readonly ServerBinary[]> {
  const { directory, path = process.env['PATH'] ?? '' } = options;
  const kept =
    directory === undefined ? [] : readManifest(directory).servers.filter((server) => runnable(server.path));
  const candidates = programs.flatMap((name) => {
    const folder = path.split(delimiter).find((entry) => isAbsolute(entry) && runnable(join(entry, name)));
    return folder === undefined ? [] : [{ name, path: join(folder, name) }];
  });
  const found = await Promise.all(
    candidates.map(async (candidate) => {
      const identity = await identifyBinary(candidate.path);
      return identity === undefined ? [] : [{ ...candidate, ...identity }];
    }),
  );
  return [...kept, ...found.flat()];
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
