import { lstatSync, mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { isAbsolute, join } from 'node:path';

/** A folder that nobody but us can write into, nor put another in its place. */
const isOurs = (path: string, uid: number): boolean => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === uid && (found.mode & 0o022) === 0;
};

/**
 * Where the compiled form of the program may be kept between runs; `undefined` where nowhere.
 *
 * What lies there is run, so it must be nobody's but ours: below our own home folder, each part owned by us and
 * closed to others. Where that does not hold (sudo with another's HOME, a shared folder) nothing is kept.
 */
export function compiledFolder(): string | undefined {
  const { HOME: home = '', XDG_CACHE_HOME: cache = join(home, '.cache') } = process.env;
  const uid = process.getuid?.();
  if (uid === undefined || !isAbsolute(home) || !cache.startsWith(`${home}/`)) return undefined;
  try {
    if (!isOurs(home, uid)) return undefined;
    let folder = home;
    for (const part of [...cache.slice(home.length + 1).split('/'), 'keyward', 'compiled']) {
      folder = join(folder, part);
      mkdirSync(folder, { mode: 0o700, recursive: true });
      if (!isOurs(folder, uid)) return undefined;
    }
    return folder;
  } catch {
    // A home that cannot be written to: the program is compiled anew, as without this.
    return undefined;
  }
}

/** Keeps compiled sources between runs of a checkout. An existing NODE_COMPILE_CACHE goes first. */
export function keepCompiled(): void {
  const folder = process.env.NODE_COMPILE_CACHE ? undefined : compiledFolder();
  if (folder !== undefined) enableCompileCache(folder);
}
