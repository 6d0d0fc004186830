/**
 * The optional packages of clouds: from a folder that KEYWARD_CLOUD_PACKAGES names, else brought once into
 * `.cache/tools`, in the versions of `manifest`. They are no dependencies of the project: nobody else needs them.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { withLock } from '../../../../scripts/servers/lock.ts';

const root = join(import.meta.dirname, '../../../..');
const manifest = join(import.meta.dirname, 'manifest');
const kept = join(root, '.cache/tools/clouds');
const lock = 'package-lock.json';

const isThere = (): boolean =>
  existsSync(join(kept, lock)) &&
  readFileSync(join(kept, lock), 'utf8') === readFileSync(join(manifest, lock), 'utf8');

async function bring(): Promise<void> {
  const half = `${kept}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  for (const name of ['package.json', lock]) copyFileSync(join(manifest, name), join(half, name));
  copyFileSync(join(root, '.npmrc'), join(half, '.npmrc'));
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await promisify(execFile)('npm', words, { cwd: half, timeout: 240_000 });
  // npm may have written it anew: what is compared is what was asked for.
  copyFileSync(join(manifest, lock), join(half, lock));
  rmSync(kept, { recursive: true, force: true });
  renameSync(half, kept);
}

/** Why they cannot be had; tests that need them skip with it. */
export let unavailable: string | undefined;
const given = process.env['KEYWARD_CLOUD_PACKAGES'];
if (given === undefined && !isThere())
  await withLock(
    `tool ${kept}`,
    () => undefined,
    async () => {
      if (!isThere()) await bring();
    },
  ).catch((error: unknown) => {
    unavailable = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  });

const folders = [given ?? kept];

function placeOf(name: string): string | undefined {
  for (const folder of folders) {
    if (folder === undefined) continue;
    // Of a package without CommonJS, a file by its path.
    const file = join(folder, 'node_modules', `${name}.js`);
    if (existsSync(file)) return file;
    try {
      return createRequire(join(folder, 'package.json')).resolve(name);
    } catch {
      // Not here.
    }
  }
  return undefined;
}

export const hasPackage = (name: string): boolean => placeOf(name) !== undefined;

export const load = (name: string): Promise<unknown> => {
  const place = placeOf(name);
  return import(place === undefined ? name : pathToFileURL(place).href);
};
