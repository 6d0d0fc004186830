import { constants, type Stats } from 'node:fs';
import * as files from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path/posix';
import { errorCode } from '../host/collect.ts';
import { readBytes } from '../host/bounded-read.ts';
import type { Access, Place, PlacedFile } from './place.ts';
import { runHere } from './run-here.ts';

/** Far more than any file that a plan changes. */
const maxBytes = 64 << 20;

/**
 * This host. A write is whole or not there: whatever kills us, the file is the old or the new one. What a killed run
 * left behind (`.redis.conf.keyward-812-1f0c…`) goes with the next write of the same file.
 *
 * @example await localPlace().write('/etc/redis/redis.conf', { ...file, bytes })
 */
export function localPlace(): Place {
  const inFlight = new Set<string>();
  return {
    name: 'here',
    read: async (path) => {
      const stats = await statsOf(path);
      if (stats === undefined) return undefined;
      // Opened without waiting: a pipe would hold us for ever.
      if (!stats.isFile()) throw new Error(`${path} is not a file`);
      if (stats.size > maxBytes) throw new Error(`${path} has ${stats.size} bytes: too many`);
      return { bytes: readBytes(path, maxBytes), ...accessOf(stats) };
    },
    write: (path, file) => write(path, file, inFlight),
    remove: async (path) => {
      try {
        await files.unlink(path);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return;
        throw error;
      }
      await syncFolder(dirname(path));
    },
    access: async (path) => {
      const stats = await statsOf(path);
      return stats && accessOf(stats);
    },
    setAccess: async (path, access) => setAccess(await followed(path), access),
    link: (path) => files.readlink(path).catch(() => undefined),
    account: async (name) => {
      const fields = await entryOf('passwd', name);
      return fields && { uid: Number(fields[2]), gid: Number(fields[3]) };
    },
    group: async (name) => {
      const fields = await entryOf('group', name);
      return fields && Number(fields[2]);
    },
    run: runHere,
    close: async () => {},
  };
}

const accessOf = ({ mode, uid, gid }: Stats): Required<Access> => ({ mode: mode & 0o7777, uid, gid });

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await files.stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * What a path leads to. A link that neither root nor we made, to a file that is not its maker's, is no honest one:
 * whoever may write into the folder of a server must not choose which file of the host we change.
 */
async function followed(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < 40; links += 1) {
    let stats;
    try {
      stats = await files.lstat(at);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return at;
      throw error;
    }
    if (!stats.isSymbolicLink()) return at;
    const target = resolve(dirname(at), await files.readlink(at));
    const [maker, owner] = [stats.uid, (await statsOf(target))?.uid];
    if (maker !== 0 && maker !== process.getuid?.() && maker !== owner)
      throw new Error(`${at} is a link that its maker could not follow: not written`);
    at = target;
  }
  throw new Error(`${path}: too many symbolic links (a loop?)`);
}

async function write(path: string, file: PlacedFile, inFlight: Set<string>): Promise<void> {
  const target = await followed(path);
  const folder = dirname(target);
  const stem = `.${basename(target).slice(0, 200)}.keyward-`;
  await sweep(folder, stem, inFlight);
  const temporary = join(folder, `${stem}${process.pid}-${randomBytes(8).toString('hex')}`);
  inFlight.add(temporary);
  try {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const handle = await files.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await handle.writeFile(file.bytes);
      const own = await handle.stat();
      if (own.uid !== file.uid || own.gid !== file.gid) await handle.chown(file.uid, file.gid);
      // After the owner: a change of owner takes some bits away.
      await handle.chmod(file.mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files.rename(temporary, target);
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => {});
    throw error;
  } finally {
    inFlight.delete(temporary);
  }
  await syncFolder(folder);
}

/** Removes what writers of this file left behind that live no more. */
async function sweep(folder: string, stem: string, inFlight: ReadonlySet<string>): Promise<void> {
  for (const name of await files.readdir(folder)) {
    if (!name.startsWith(stem)) continue;
    const [, pid] = /^(\d{1,10})-[0-9a-f]{16}$/.exec(name.slice(stem.length)) ?? [];
    const path = join(folder, name);
    if (pid === undefined || inFlight.has(path) || (Number(pid) !== process.pid && lives(Number(pid))))
      continue;
    await files.rm(path, { force: true });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await files.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function setAccess(path: string, { mode, uid, gid }: Access): Promise<void> {
  const now = await files.stat(path);
  const [owner, group] = [uid ?? now.uid, gid ?? now.gid];
  if (owner !== now.uid || group !== now.gid) await files.chown(path, owner, group);
  await files.chmod(path, mode ?? now.mode & 0o7777);
}

/** A line of the account database, by the system's own means: it may be a directory service. */
async function entryOf(database: 'passwd' | 'group', name: string): Promise<readonly string[] | undefined> {
  if (!/^[A-Za-z_][\w.@-]{0,255}\$?$/.test(name)) return undefined;
  const split = (text: string): readonly string[] | undefined =>
    text
      .split('\n')
      .map((line) => line.split(':'))
      .find(([first]) => first === name);
  try {
    return split((await runHere(['getent', database, name], { timeout: 10_000 })).stdout);
  } catch {
    // Small systems have no getent.
    return split(readBytes(`/etc/${database}`, 1 << 20).toString('utf8'));
  }
}
