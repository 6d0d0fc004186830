import { readBytes } from '../bounded-read.ts';
import { errorCode } from '../collect.ts';
import { resolveInside } from '../inside-root.ts';
import type { HostSign } from '../../../model/host.ts';
import { printable } from '../../../lang/text/printable.ts';
import { namesIn } from '../bounded-read.ts';

/**
 * One search for signs: what was found, which places could not be read, and how much may still be done. A host may
 * have ten thousand crontabs or a web root of a million files; the search ends, and says where.
 */
export interface Search {
  readonly signs: HostSign[];
  readonly unread: Set<string>;
  /** Places that were looked at. */
  seen: number;
  /** By `now`: nothing is opened after it. */
  readonly until: number;
}

/** The monotonic clock, in milliseconds. `performance` would be loaded for it, and costs more than most searches. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export const newSearch = (milliseconds: number): Search => ({
  signs: [],
  unread: new Set(),
  seen: 0,
  until: now() + milliseconds,
});

const mostSigns = 100;

export function sign(search: Search, kind: HostSign['kind'], path: string, seen: string): void {
  if (search.signs.length < mostSigns)
    search.signs.push({ kind, path: printable(path, 400), seen: printable(seen, 200) });
}

/** Whether there is time left; a place that comes too late counts as not read. */
function hasTime(search: Search, place: string): boolean {
  if (now() < search.until) return true;
  search.unread.add(`${place} (no time left)`);
  return false;
}

/** Runs a look at one place; what the system refuses is noted. A place that is not there has no signs. */
export function lookAt<T>(search: Search, place: string, look: () => T): T | undefined {
  if (!hasTime(search, place)) return undefined;
  try {
    const found = look();
    search.seen += 1;
    return found;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENOTFILE') search.seen += 1;
    else
      search.unread.add(code === 'EACCES' || code === 'EPERM' ? place : `${place} (${code ?? 'unreadable'})`);
    return undefined;
  }
}

/** A file below `root`, as latin1 so that every byte stays one character; undefined when it is not there or refused. */
export function fileText(search: Search, root: string, path: string, max: number): string | undefined {
  return lookAt(search, path, () => readBytes(resolveInside(root, path).path, max).toString('latin1'));
}

/** Names in a folder below `root`. */
export function folderNames(search: Search, root: string, path: string, max = 1000): readonly string[] {
  return lookAt(search, path, () => namesIn(resolveInside(root, path).path, max)) ?? [];
}
