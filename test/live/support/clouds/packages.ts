/** The optional packages of clouds: from the project, or from a folder that KEYWARD_CLOUD_PACKAGES names. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folders = [process.env['KEYWARD_CLOUD_PACKAGES'], join(import.meta.dirname, '..', '..', '..', '..')];

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
