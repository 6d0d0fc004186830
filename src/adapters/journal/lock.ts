import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who holds a lock: a process, told from a later one of the same number by when it started. */
interface Holder {
  readonly pid: number;
  readonly started: string;
}

export interface Lock {
  release(): void;
}

/** When a process started, in ticks since the system did; `undefined` where there is none. Source: proc(5), field 22. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie does nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export const isAlive = ({ pid, started }: Holder): boolean => startOf(pid) === started;

const ourselves = (): Holder => ({ pid: process.pid, started: startOf(process.pid) ?? '' });

function holderOf(path: string): Holder | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return typeof value.pid === 'number' && typeof value.started === 'string'
      ? { pid: value.pid, started: value.started }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A lock that a dead process does not hold. The file comes to be with its content in one step (a link), so nobody sees
 * it empty; a dead holder's file is taken away under another name first, so that of two who find it one gets it.
 *
 * @returns the pid of the holder where somebody else has it
 */
export function lock(folder: string, what: string): Lock | { readonly heldBy: number } {
  const path = join(folder, `${createHash('sha256').update(what).digest('hex').slice(0, 32)}.lock`);
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(ourselves()), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        linkSync(own, path);
        return { release: once(() => giveBack(path)) };
      } catch (error) {
        if ((error as { code?: string }).code !== 'EEXIST') throw error;
      }
      const holder = holderOf(path);
      if (holder && isAlive(holder)) return { heldBy: holder.pid };
      takeAway(path, holder);
    }
    return { heldBy: 0 };
  } finally {
    rmSync(own, { force: true });
  }
}

/** Only what is ours: who found us dead, wrongly or not, may have it by now. */
function giveBack(path: string): void {
  const holder = holderOf(path);
  const us = ourselves();
  if (holder?.pid === us.pid && holder.started === us.started) rmSync(path, { force: true });
}

function once(does: () => void): () => void {
  let done = false;
  return () => {
    if (!done) does();
    done = true;
  };
}

function takeAway(path: string, dead: Holder | undefined): void {
  const aside = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = holderOf(aside);
  // Somebody was quicker, and what we moved is theirs: it goes back.
  if (moved && (moved.pid !== dead?.pid || moved.started !== dead.started) && isAlive(moved)) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one has it: then the second sees at its release that it is gone.
    }
  }
  rmSync(aside, { force: true });
}
