/**
 * Brings the real servers that live tests run on into `.cache/servers/<name>/`; installs nothing.
 *
 *     npm run servers             bring what is missing
 *     npm run servers -- --again  try again also what could not be had before
 *     npm run servers -- --check  list what is there, and fail when a required one is missing
 */
import { join } from 'node:path';
import { readManifest } from '../src/adapters/servers/manifest.ts';
import { bringServers } from './servers/bring.ts';

const directory = join(import.meta.dirname, '..', '.cache', 'servers');
const started = performance.now();
const say = (line: string): void => {
  process.stdout.write(`servers: [${((performance.now() - started) / 1000).toFixed(1)} s] ${line}\n`);
};

const check = process.argv.includes('--check');
const again = process.argv.includes('--again');
const manifest = check ? readManifest(directory) : await bringServers({ directory, say, again });

for (const { name, product, version, path } of manifest.servers) {
  process.stdout.write(`${name.padEnd(14)} ${product.padEnd(7)} ${version.padEnd(8)} ${path}\n`);
}
for (const { name, required, reason } of manifest.missing) {
  process.stdout.write(`${name.padEnd(14)} ${required ? 'MISSING' : 'skipped'} ${reason}\n`);
}
if (manifest.servers.length === 0 || manifest.missing.some(({ required }) => required)) process.exitCode = 1;
