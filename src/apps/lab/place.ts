import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders carry the number of the process that made them, and the numbering that it is a number of. */
const prefix = 'keyward-lab-';
const owner = 'numbering';

const numbering = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return 'of this system';
  }
};

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // One of another user is not ours to look after, and is alive.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
};

/** A folder for one run. */
export function ownPlace(): string {
  const place = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  writeFileSync(join(place, owner), numbering());
  return place;
}

/** Removes folders of runs that were killed before they could do it. */
export function sweep(folder = tmpdir()): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^keyward-lab-(\d{1,10})-/.exec(name) ?? [];
    if (pid === undefined || !isGone(Number(pid))) continue;
    try {
      // In a container that shares the folder its process may well live, under another number.
      const path = join(folder, name);
      const { uid, mode } = lstatSync(path);
      // What another user made could be something else by the time that it is removed.
      if (uid !== process.getuid?.() || (mode & 0o170000) !== 0o040000) continue;
      if (readFileSync(join(path, owner), 'utf8') === numbering()) rmSync(path, { recursive: true });
    } catch {
      // Somebody else's, or swept by another run at the same time.
    }
  }
}
