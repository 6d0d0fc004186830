import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/**
 * The published program, with its compiled form kept between runs: a third of the time of an audit.
 *
 * Node's own compile cache keeps what was compiled when a file was loaded, which are few of its functions; all others
 * are compiled when they are first called, in every run again. Here the compiled form is taken after the run, with
 * everything that it called.
 */
export interface Program<Exports> {
  readonly exports: Exports;
  /**
   * Keeps what this run compiled, where runs of its kind have not been kept yet. A later one of another kind adds its
   * own.
   */
  readonly keep: (kind: string) => void;
}

/** What stands before the compiled form. Padded, so that this stays aligned: else the engine would copy it. */
const headerBytes = 2048;
const mostKinds = 32;
const prefix = 'program-';
const mostDays = 30;

interface Kept {
  readonly data: Buffer;
  readonly kinds: readonly string[];
}

/** What was kept for exactly this program and this Node. The engine checks neither the source nor the data by itself. */
function readKept(path: string, stamp: string): Kept | undefined {
  try {
    const bytes = readFileSync(path);
    const header: unknown = JSON.parse(bytes.toString('latin1', 0, headerBytes));
    const { stamp: of, sum, kinds } = header as { stamp?: unknown; sum?: unknown; kinds?: unknown };
    const data = bytes.subarray(headerBytes);
    if (of !== stamp || sum !== crc32(data) || !Array.isArray(kinds)) return undefined;
    return { data, kinds: kinds.map(String) };
  } catch {
    return undefined;
  }
}

function writeKept(path: string, stamp: string, { data, kinds }: Kept): void {
  const header = JSON.stringify({ stamp, sum: crc32(data), kinds }).padEnd(headerBytes);
  if (header.length > headerBytes) return;
  // Whole or not at all: two runs may end at once, and the power may fail.
  const beside = `${path}.${process.pid}`;
  const file = openSync(beside, 'wx', 0o600);
  try {
    writeSync(file, header, null, 'latin1');
    writeSync(file, data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  dropOld(dirname(path));
}

/** Those of earlier versions, and what a run left that was cut off. Should one be in use still, it is made again. */
function dropOld(folder: string): void {
  const since = Date.now() - mostDays * 86_400_000;
  for (const name of readdirSync(folder).filter((one) => one.startsWith(prefix))) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < since) rmSync(path, { force: true });
  }
}

/**
 * Loads a program that is one function expression of `require`, `module` and `__dirname`, in ASCII.
 *
 * @param folder where its compiled form may be kept; see `compiledFolder`
 */
export function loadProgram<Exports>(file: string, folder: string | undefined): Program<Exports> {
  const bytes = readFileSync(file);
  const stamp = `${process.version}-${process.arch}-${bytes.length}-${crc32(bytes)}`;
  const path = folder === undefined ? undefined : join(folder, `${prefix}${stamp}`);
  const kept = path === undefined ? undefined : readKept(path, stamp);
  const script = new Script(bytes.toString('latin1'), {
    filename: file,
    ...(kept ? { cachedData: kept.data } : {}),
  });
  const run = script.runInThisContext() as (require: NodeJS.Require, module: object, folder: string) => void;
  const module: { exports: unknown } = { exports: {} };
  run(createRequire(file), module, dirname(file));
  const kinds = kept && script.cachedDataRejected !== true ? kept.kinds : [];
  return {
    exports: module.exports as Exports,
    keep: (kind) => {
      if (path === undefined || kinds.includes(kind) || kinds.length >= mostKinds) return;
      try {
        writeKept(path, stamp, { data: script.createCachedData(), kinds: [...kinds, kind] });
      } catch {
        // A full disk: the next run compiles again, as this one did.
      }
    },
  };
}
