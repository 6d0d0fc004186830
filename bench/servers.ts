import { readFileSync } from 'node:fs';
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

/**
 * The newest redis-cli that is here, as the words that start it. One that was unpacked stands behind a script, and a
 * shell that a user of an installed one would not wait for: its words are taken out of the script.
 *
 * @throws where there is none
 */
export async function redisCli(): Promise<readonly [string, ...string[]]> {
  const cli = (await servers('redis')).find((one) => one.cli !== undefined)?.cli;
  if (cli === undefined) throw new Error('no redis-cli is here: npm run servers fetches one');
  const script = readFileSync(cli, 'latin1').slice(0, 4096);
  const words = script.startsWith('#!/bin/sh\nexec ')
    ? [...script.matchAll(/'([^']*)'/g)].map(([, word = '']) => word)
    : [];
  const [program = cli, ...rest] = words;
  return [program, ...rest];
}

/** Words quoted for a shell; none of ours has a quote in it. */
export const shellWords = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
