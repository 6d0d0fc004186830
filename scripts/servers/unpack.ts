/** Unpacks packages side by side and writes launchers that run a program with the packages' own libraries. */
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

// Nothing that a server reads; together they are most of what the C library's package unpacks.
const unread = /\/(?:doc|man|lintian|locale|gconv|systemd|init\.d|bash-completion|audit)$/;

/** Unpacks `archives` below `root`; gives nothing back but the files. */
export async function unpack(archives: readonly string[], root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const archive of archives) await run('dpkg-deb', ['-x', archive, root]);
  const paths = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of paths) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() && unread.test(path)) await rm(path, { recursive: true, force: true });
  }
}

/** Finds a program below `root` by its file name. */
export async function findProgram(root: string, names: readonly string[]): Promise<string | undefined> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => names.includes(entry.name) && entry.parentPath.endsWith('/bin'));
  return found.map((entry) => join(entry.parentPath, entry.name)).at(0);
}

/**
 * Writes `launcher`, a script that replaces itself (same process id) by `program` under the C library of
 * `root`: the machine's may be older than the one the program was built for.
 */
export async function writeLauncher(launcher: string, root: string, program: string): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const loaders = entries.filter((entry) => /^ld-linux[-a-z0-9_]*\.so\.[0-9]$/.test(entry.name));
  // On a merged /usr the loader is also a link with an absolute target, which would leave `root`.
  const loader =
    loaders.find((entry) => entry.isFile()) ?? loaders.find((entry) => /lib\/[^/]+$/.test(entry.parentPath));
  const folders = entries
    .filter(
      (entry) => /\.so(?:\.[0-9.]+)?$/.test(entry.name) && /\/lib\/[^/]+-linux-[^/]+$/.test(entry.parentPath),
    )
    .map((entry) => entry.parentPath);
  const path = [...new Set(folders)].join(':');
  const words =
    loader === undefined
      ? [program]
      : [join(loader.parentPath, loader.name), '--library-path', path, program];
  await writeFile(launcher, `#!/bin/sh\nexec ${words.map(quote).join(' ')} "$@"\n`);
  await chmod(launcher, 0o755);
}

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
