import { existsSync } from 'node:fs';
import { join } from 'node:path/posix';
import { readBytes, unsortedNamesIn } from './bounded-read.ts';
import { nameOf } from './family.ts';
import type { Owner } from './package-owner.ts';

const mostLists = 20_000;
const mostOfList = 4_194_304;
const mostOfStatus = 33_554_432;

/** Where packages of a distribution may install programs (Debian policy 9.1); /usr/local is the administrator's. */
const packaged =
  /^\/(?:usr\/(?!local\/)|s?bin\/|lib(?:32|64|x32)?\/|opt\/|etc\/|var\/(?!tmp\/)|boot\/|snap\/)/;

/**
 * The package that owns a file by dpkg's own files: `info/NAME.list` has one path per line, `status` the version.
 *
 * dpkg -S does the same and reads every list. Lists whose name shares a word with the program's are read first, so
 * the answer mostly comes after a few of them. For a program where no distribution installs, they are the only ones:
 * checkinstall and the like make such packages, and name them after the program.
 */
export function dpkgOwner(file: string, root: string): Owner {
  const folder = join(root, 'var/lib/dpkg');
  if (!existsSync(join(folder, 'status'))) return 'absent';
  const lists = unsortedNamesIn(join(folder, 'info'), mostLists * 8)
    .filter((name) => name.endsWith('.list'))
    .slice(0, mostLists);
  const paths = aliases(file).map((path) => Buffer.from(`\n${path}\n`));
  // One search for the name rules nearly every list out.
  const name = Buffer.from(`/${nameOf(file)}\n`);
  const words = nameOf(file)
    .split('-')
    .filter((word) => word.length > 2);
  // Sorted only as far as they are read: a host has thousands of lists.
  const likely = lists.filter((name) => words.some((word) => name.includes(word))).toSorted();
  const rest = packaged.test(file) ? lists.filter((name) => !likely.includes(name)).toSorted() : [];
  for (const list of [...likely, ...rest]) {
    const text = readBytes(join(folder, 'info', list), mostOfList);
    if (!text.includes(name) || !paths.some((path) => text.includes(path))) continue;
    const owner = list.replace(/\.list$/, '').replace(/:[a-z0-9-]+$/, '');
    const version = versionOf(readBytes(join(folder, 'status'), mostOfStatus), owner);
    if (version !== undefined) return { name: owner, version };
  }
  return 'none';
}

/** Where /bin is a link to /usr/bin, a list may have either. */
export function aliases(file: string): readonly string[] {
  const [, merged] = /^\/usr(\/(?:s?bin|lib(?:32|64|x32)?)\/.*)$/.exec(file) ?? [];
  if (merged !== undefined) return [file, merged];
  return /^\/(?:s?bin|lib(?:32|64|x32)?)\//.test(file) ? [file, `/usr${file}`] : [file];
}

/** The version of an installed package; one that was removed and left its configuration does not count. */
function versionOf(status: Buffer, name: string): string | undefined {
  for (let from = 0; ;) {
    const start = status.indexOf(`Package: ${name}\n`, from);
    if (start < 0) return undefined;
    from = start + 1;
    if (start > 0 && status[start - 1] !== 0x0a) continue;
    const end = status.indexOf('\n\n', start);
    const stanza = status.subarray(start, end < 0 ? undefined : end).toString('utf8');
    const [, version] = /^Version: (\S+)$/m.exec(stanza) ?? [];
    if (
      version !== undefined &&
      /^Status: \S+ \S+ (?:installed|triggers-\S+|half-\S+|unpacked)$/m.test(stanza)
    )
      return version;
  }
}
