import { join } from 'node:path/posix';
import { linkOf } from './bounded-read.ts';

/** The folder of a process in /proc. `root` is the host's root folder, `/` but in tests. */
export const procOf = (pid: number | 'self', root: string): string => join(root, 'proc', String(pid));

/**
 * The root folder that a process sees, as a path for us: `/proc/PID/root` when the process lives in another mount
 * namespace or was given another root (containers, chroot), else the host's own root.
 *
 * Without the right to look (another user's process), the host's own root is assumed, and `sure` is false.
 */
export function rootOf(
  pid: number,
  root = '/',
): { readonly path: string; readonly own: boolean; readonly sure: boolean } {
  const proc = procOf(pid, root);
  const theirs = linkOf(join(proc, 'root'));
  if (theirs === undefined) return { path: root, own: false, sure: false };
  const own = theirs !== '/' || linkOf(join(proc, 'ns/mnt')) !== linkOf(join(procOf('self', root), 'ns/mnt'));
  return { path: own ? join(proc, 'root') : root, own, sure: true };
}

/** Whether two processes share a namespace (`net`, `user`, `pid`); undefined when that may not be looked at. */
export function sharesNamespace(
  pid: number,
  kind: 'net' | 'user' | 'pid' | 'mnt',
  root = '/',
): boolean | undefined {
  const theirs = linkOf(join(procOf(pid, root), 'ns', kind));
  const ours = linkOf(join(procOf('self', root), 'ns', kind));
  return theirs === undefined || ours === undefined ? undefined : theirs === ours;
}

/**
 * A path of a process' links (`exe`, `cwd`) as the process itself sees it: of a process in a chroot the kernel tells us
 * the path from our root, of one in a container the path from its own.
 */
export function seenInside(pid: number, path: string, root = '/'): string {
  const theirs = linkOf(join(procOf(pid, root), 'root'));
  if (theirs === undefined || theirs === '/' || theirs === root) return path;
  if (path === theirs) return '/';
  return path.startsWith(`${theirs}/`) ? path.slice(theirs.length) : path;
}
