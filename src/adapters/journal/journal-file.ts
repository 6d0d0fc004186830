import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Entry, JournalSink } from '../../model/index.ts';

/** No plan of a fleet comes near it; a file that somebody swapped in might. */
const maxBytes = 256 << 20;

export interface ReadJournal {
  readonly entries: readonly Entry[];
  /** The file does not end where an entry does: the last one was being written when something died. Bytes that count. */
  readonly whole: number;
  /** Something in the middle is no entry: it was edited, or the disk lost it. */
  readonly problem?: string;
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Each entry is a line; the line is on disk before anything that it announces is done. */
function sinkOn(path: string, file: number): JournalSink & { readonly close: () => void } {
  let broken = false;
  return {
    append: async (entry) => {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      // After half a line nothing may follow: the reader would take both for one that makes no sense.
      if (broken) throw new Error(`${path} could not be written before`);
      try {
        for (let at = 0; at < line.length;) at += writeSync(file, line, at);
        fsyncSync(file);
      } catch (error) {
        broken = true;
        // A full disk may still take another name: that this is over must be known, or it would be undone once more.
        if (entry.entry === 'end') markEnded(path, entry.outcome.kind);
        throw error;
      }
    },
    close: () => closeSync(file),
  };
}

function markEnded(path: string, outcome: string): void {
  try {
    renameSync(path, `${path}.${outcome}`);
  } catch {
    // Then it stays as it is, and the next run looks at it again, which changes nothing that is as it was.
  }
}

/** A new journal. Rejects where there is one of that name. */
export function createJournal(path: string): JournalSink & { readonly close: () => void } {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  syncFolder(path);
  return sinkOn(path, file);
}

/** An old journal, to go on with. What was being written when something died is cut off. */
export function reopenJournal(path: string, whole: number): JournalSink & { readonly close: () => void } {
  const file = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  ftruncateTo(file, whole);
  const append = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
  closeSync(file);
  return sinkOn(path, append);
}

function ftruncateTo(file: number, whole: number): void {
  if (fstatSync(file).size <= whole) return;
  ftruncateSync(file, whole);
  fsyncSync(file);
}

/** Reads a journal as far as it makes sense. Throws what the system says where it cannot be read. */
export function readJournal(path: string): ReadJournal {
  const bytes = readFileSync(path);
  if (bytes.length > maxBytes) throw new Error(`${path} has ${bytes.length} bytes: that is no journal`);
  const entries: Entry[] = [];
  let at = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) return { entries, whole: at };
    const entry = parse(bytes.toString('utf8', at, end));
    if (!entry) {
      return {
        entries,
        whole: at,
        problem: `${path}, line ${line}: this is no entry of a journal; what comes after it is not read`,
      };
    }
    entries.push(entry);
    at = end + 1;
  }
}

const kinds: ReadonlySet<unknown> = new Set<Entry['entry']>([
  'begin',
  'step',
  'doing',
  'done',
  'applied',
  'confirmed',
  'undoing',
  'restored',
  'kept',
  'end',
]);

function parse(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const known = typeof value === 'object' && value !== null && kinds.has((value as Entry).entry);
    return known ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}
