import { join } from 'node:path/posix';
import { linkOf, namesIn, textOf } from './bounded-read.ts';
import { resolveInside } from './inside-root.ts';

/** Where systemd looks for system units, first wins: systemd.unit(5). /lib is for hosts where it is no link. */
const systemFolders = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
  '/run/systemd/generator.late',
];

/** The same for the units of a user's own manager. */
const userFolders = (home: string | undefined): readonly string[] => [
  ...(home === undefined || home === '' ? [] : [join(home, '.config/systemd/user')]),
  '/etc/systemd/user',
  '/run/systemd/user',
  '/usr/local/share/systemd/user',
  '/usr/share/systemd/user',
  '/usr/local/lib/systemd/user',
  '/usr/lib/systemd/user',
];

export interface UnitFile {
  /** As seen from inside the root. */
  readonly path: string;
  readonly text: string;
}

/** `redis@cache.service` → `redis@.service`; undefined for a unit that is no instance. */
function templateOf(unit: string): string | undefined {
  const [, prefix] = /^([^@]+)@.+\.service$/.exec(unit) ?? [];
  return prefix === undefined ? undefined : `${prefix}@.service`;
}

/** Folders of drop-ins for a unit, the most specific first: its own, its template's, `redis-.service.d`, `service.d`. */
function dropInNames(unit: string): readonly string[] {
  const template = templateOf(unit);
  const stem = unit.replace(/(@.*)?\.service$/, '');
  const dashes = stem.split('-').slice(0, -1);
  const prefixes = dashes.map((_, index) => `${dashes.slice(0, dashes.length - index).join('-')}-.service.d`);
  return [`${unit}.d`, ...(template === undefined ? [] : [`${template}.d`]), ...prefixes, 'service.d'];
}

/**
 * The files that make up a unit, in the order in which systemd reads them: the fragment, then drop-ins by file name.
 * A drop-in hides the ones of the same name in folders of less weight; one that is a link to /dev/null is empty.
 */
export function unitFiles(unit: string, root: string, home?: string, isUser = false): readonly UnitFile[] {
  const folders = isUser ? userFolders(home) : systemFolders;
  const read = (path: string): UnitFile | undefined => {
    // Masked: the link to /dev/null is not to be followed into a container's /dev.
    if (linkOf(join(root, path)) === '/dev/null') return { path, text: '' };
    try {
      const text = textOf(resolveInside(root, path).path, 262_144);
      return text === undefined ? undefined : { path, text };
    } catch {
      return undefined;
    }
  };
  const first = (name: string): UnitFile | undefined => {
    for (const folder of folders) {
      const file = read(join(folder, name));
      if (file !== undefined) return file;
    }
    return undefined;
  };
  const template = templateOf(unit);
  const fragment = first(unit) ?? (template === undefined ? undefined : first(template));
  const dropIns = new Map<string, UnitFile>();
  for (const name of dropInNames(unit)) {
    for (const folder of folders) {
      for (const file of confNames(root, join(folder, name))) {
        const found = dropIns.has(file) ? undefined : read(join(folder, name, file));
        if (found !== undefined) dropIns.set(file, found);
      }
    }
  }
  const sorted = [...dropIns].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  return fragment === undefined ? sorted : [fragment, ...sorted];
}

function confNames(root: string, folder: string): readonly string[] {
  try {
    return namesIn(resolveInside(root, folder).path, 256).filter((name) => name.endsWith('.conf'));
  } catch {
    return [];
  }
}
