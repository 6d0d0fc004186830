import { textOf } from './bounded-read.ts';
import { resolveInside } from './inside-root.ts';
import { aliases } from './dpkg.ts';
import type { Owner } from './package-owner.ts';

/** /lib before apk-tools 3, /usr/lib since. */
const databases = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];
const mostOfDatabase = 33_554_432;

/** The package that owns a file by apk's database: `P:` name, `V:` version, `F:` a folder, `R:` a file in it. */
export function apkOwner(file: string, root: string): Owner {
  const text = databases
    .map((path) => {
      try {
        return textOf(resolveInside(root, path).path, mostOfDatabase);
      } catch {
        return undefined;
      }
    })
    .find((found) => found !== undefined);
  if (text === undefined) return 'absent';
  const wanted = new Set(aliases(file).map((path) => path.slice(1)));
  let name = '';
  let version = '';
  let folder = '';
  for (const line of text.split('\n')) {
    const value = line.slice(2);
    if (line.startsWith('P:')) name = value;
    else if (line.startsWith('V:')) version = value;
    else if (line.startsWith('F:')) folder = value;
    else if (line.startsWith('R:') && wanted.has(folder === '' ? value : `${folder}/${value}`))
      return { name, version };
  }
  return 'none';
}
