import { closeSync, constants, fstatSync, openSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { errorCode } from './collect.ts';

/**
 * Every file of the host is read through here. Files of a host under attack are hostile input: a pipe would block
 * the reader for ever, a sparse file would fill the memory. So a file is opened without waiting, only regular
 * files are read, and never more than `max` bytes. Small reads are done at once: for a few kilobytes the detour
 * over the thread pool costs more than the read.
 *
 * `enough` sees what was read so far and may end the reading.
 */
export function readBytes(path: string, max: number, enough?: (soFar: Buffer) => boolean): Buffer {
  const bytes = readInto(path, max, enough);
  return bytes.buffer === scratch.buffer ? Buffer.from(bytes) : bytes;
}

/** Where files of /proc are read into: a host has thousands of them, and memory of its own for each would be most of the work. */
const scratch = Buffer.allocUnsafeSlow(16_384);

/** What was read; it may lie in `scratch`, where the next read writes. */
function readInto(path: string, max: number, enough?: (soFar: Buffer) => boolean): Buffer {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw Object.assign(new Error(`${path} is not a file`), { code: 'ENOTFILE' });
    // Files of /proc say that they are empty. One byte more than the size shows the end without another buffer.
    let bytes =
      stats.size < scratch.length
        ? scratch.subarray(0, Math.min(scratch.length, max))
        : Buffer.allocUnsafe(Math.min(stats.size + 1, max));
    let size = 0;
    for (;;) {
      if (size === bytes.length) {
        if (size === max) break;
        bytes = Buffer.concat([bytes], Math.min(size * 4, max));
      }
      const count = readSync(handle, bytes, size, bytes.length - size, null);
      if (count === 0) break;
      size += count;
      if (enough?.(bytes.subarray(0, size))) break;
    }
    return bytes.subarray(0, size);
  } finally {
    closeSync(handle);
  }
}

/** The first `max` bytes of a file as text. @throws a system error (`ENOENT`, `EACCES`), or `ENOTFILE`. */
export const readText = (path: string, max = 65_536): string => readInto(path, max).toString('utf8');

/** Like {@link readText}, but undefined when there is no such file or it may not be read. */
export function textOf(path: string, max = 65_536): string | undefined {
  try {
    return readText(path, max);
  } catch {
    return undefined;
  }
}

/** Where a symbolic link points to, or undefined. */
export function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Names in a folder as the system gives them, at most `max`; none when there is no such folder. @throws `EACCES`. */
export function unsortedNamesIn(folder: string, max: number): readonly string[] {
  try {
    return readdirSync(folder).slice(0, max);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** The same, sorted. @throws `EACCES`. */
export const namesIn = (folder: string, max = 4096): readonly string[] =>
  unsortedNamesIn(folder, max).toSorted();
