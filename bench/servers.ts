import { join } from 'node:path';
import { findServers, type ServerBinary } from '../src/adapters/servers/index.ts';
import { root } from './built.ts';

const byVersion = (a: ServerBinary, b: ServerBinary): number =>
  b.version.localeCompare(a.version, 'en', { numeric: true });

/** Servers that are here, the newest first. @throws where there is none */
export async function servers(product?: ServerBinary['product']): Promise<readonly ServerBinary[]> {
  const found = (await findServers({ directory: join(root, '.cache/servers') }))
    .filter((one) => product === undefined || one.product === product)
    .toSorted(byVersion);
  if (found.length === 0) throw new Error('no server is here: npm run servers fetches some');
  return found;
}

/** The newest redis-cli that is here. @throws where there is none */
export async function redisCli(): Promise<string> {
  const cli = (await servers('redis')).find((one) => one.cli !== undefined)?.cli;
  if (cli === undefined) throw new Error('no redis-cli is here: npm run servers fetches one');
  return cli;
}
