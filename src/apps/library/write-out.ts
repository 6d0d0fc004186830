import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { printable } from '../../lang/text/index.ts';
import { UsageError } from './usage-error.ts';

type Text = string | Iterable<string>;

const codeOf = (error: unknown): string | undefined => {
  const { code, syscall } = (error ?? {}) as { readonly code?: unknown; readonly syscall?: unknown };
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
};

const absent = (error: unknown): undefined => {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
};

/** Nobody but us and root could have made it, or can put something else in its place. */
async function isTrusted(path: string, link: Stats): Promise<boolean> {
  const ours = (uid: number): boolean => uid === 0 || uid === (process.getuid?.() ?? uid);
  const folder = await stat(dirname(path));
  return ours(link.uid) && ours(folder.uid) && (folder.mode & 0o022) === 0;
}

const atOnce = 1 << 20;
// A character is at most three bytes; a pair of them, which is one beyond the BMP, four.
const longest = 3;

/** Text as bytes, in few pieces. Each is good until the next one is asked for: a large report is written in one room. */
function* encoded(text: Text): Generator<Uint8Array> {
  const parts = typeof text === 'string' ? [text] : text;
  const room = Buffer.allocUnsafe(atOnce);
  let filled = 0;
  for (const part of parts) {
    const most = part.length * longest;
    if (filled + most > atOnce) {
      yield room.subarray(0, filled);
      filled = 0;
    }
    if (most > atOnce) yield Buffer.from(part);
    else filled += room.write(part, filled);
  }
  yield room.subarray(0, filled);
}

/** A device or a pipe takes the text as it comes, and keeps the mode that it has. */
async function writeThrough(path: string, text: Text, link: boolean): Promise<void> {
  const file = await open(path, constants.O_WRONLY | (link ? 0 : constants.O_NOFOLLOW));
  try {
    await file.writeFile(encoded(text));
  } finally {
    await file.close();
  }
}

const cannotSync = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/** Beside the place where it goes, under a name that nobody can foresee; then it takes that place in one step. */
async function replace(path: string, text: Text): Promise<void> {
  const beside = join(dirname(path), `.keyward-${randomBytes(9).toString('hex')}`);
  const file = await open(beside, 'wx', 0o600);
  try {
    try {
      await file.writeFile(encoded(text));
      await file.sync().catch((error: unknown) => {
        if (!cannotSync.has(codeOf(error) ?? '')) throw error;
      });
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function write(path: string, text: Text): Promise<void> {
  const here = await lstat(path).catch(absent);
  if (!here?.isSymbolicLink())
    return here && !here.isFile() && !here.isDirectory()
      ? writeThrough(path, text, false)
      : replace(path, text);
  // A link that somebody may have planted is replaced, never followed.
  const there = (await isTrusted(path, here)) ? await stat(path).catch(absent) : undefined;
  if (!there) return replace(path, text);
  return there.isFile() ? replace(await realpath(path), text) : writeThrough(path, text, true);
}

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such folder: make it first, or name another.',
  ENOTDIR: 'A file stands where a folder is named: name another.',
  EISDIR: 'This is a folder: name a file in it.',
  ENOSPC: 'The disk is full: make room, or name a file on another. What was there before is unchanged.',
  EDQUOT:
    'Your quota is used up: make room, or name a file on another disk. What was there before is unchanged.',
  ENAMETOOLONG: 'The name is too long: choose a shorter one.',
};

/**
 * Writes a file that only its owner may read, also when it was there before: a report tells an attacker where to
 * begin. It is there whole or not at all. A link is followed only where no other user can have put it.
 *
 * @throws UsageError where it cannot be written
 * @example await writeOut('report.html', '<!doctype html>…');
 */
export async function writeOut(path: string, text: Text): Promise<void> {
  try {
    await write(path, text);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new UsageError(
      `${printable(path, 300)} cannot be written (${code})`,
      hints[code] ?? 'Name a file in a folder that you may write to.',
    );
  }
}
