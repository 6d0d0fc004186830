/** The servers that live tests run on: `describe.each(matrix)`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type MissingServer,
  type RunningServer,
  type ServerBinary,
  type StartOptions,
  readManifest,
  startServer,
} from '../../../src/adapters/servers/index.ts';

/** Where `npm run servers` keeps them. */
export const serversDirectory = join(import.meta.dirname, '../../../.cache/servers');

/** One server of the matrix; `start` gives a running one that the test stops. */
export interface MatrixServer extends ServerBinary {
  /** Whether its own version is `major.minor` or later; a Valkey's is not a Redis'. */
  readonly atLeast: (major: number, minor: number) => boolean;
  readonly start: (
    conf?: StartOptions['conf'],
    options?: Omit<StartOptions, 'binary' | 'conf'>,
  ) => Promise<RunningServer>;
}

const manifest = readManifest(serversDirectory);

/** Every server that is there, oldest Redis first. */
export const matrix: readonly MatrixServer[] = manifest.servers
  .filter(({ path }) => existsSync(path))
  .map((binary) => ({
    ...binary,
    atLeast: (major, minor) => {
      const [ownMajor = 0, ownMinor = 0] = binary.version.split('.').map(Number);
      return ownMajor > major || (ownMajor === major && ownMinor >= minor);
    },
    start: (conf = [], options = {}) => startServer({ binary: binary.path, conf, ...options }),
  }));

/** What could not be had, and why; a required one fails the run. */
export const missingServers: readonly MissingServer[] = manifest.missing;

/** One server by name, for tests that need no whole matrix; throws when it is not there. */
export function matrixServer(name: string): MatrixServer {
  const found = matrix.find((server) => server.name === name);
  if (found === undefined) throw new Error(`${name} is not in .cache/servers; run: npm run servers`);
  return found;
}
