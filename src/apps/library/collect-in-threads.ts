/**
 * A large fleet is asked by threads of their own, while this one judges what they bring: either is about half of the
 * work. Each takes the next target when it has time for one. Evidence comes back in parcels, each command table once.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CollectedServer } from '../../adapters/collect/server.ts';
import type { CollectedFacts, Evidence, Fact, Unknown } from '../../model/index.ts';
import type { AuditOptions } from './audit-options.ts';
import type { ParsedTarget } from './parse-target.ts';

type Table = CollectedFacts['commandReply'];

/** What a thread is told. */
export interface CollectTask {
  readonly targets: readonly ParsedTarget[];
  readonly options: AuditOptions;
  readonly salt: Uint8Array;
  /** Servers at a time in this thread. */
  readonly at: number;
  /** How many targets are taken, by all threads together. */
  readonly taken: Int32Array<SharedArrayBuffer>;
}

/** What a thread found. */
export interface Parcel {
  readonly servers: readonly {
    /** Of its target. */
    readonly place: number;
    readonly collected: CollectedServer;
    /** Its command table, by the order in which the thread sends them. */
    readonly table: number | undefined;
  }[];
  readonly tables: readonly Table[];
}

// A thread takes 0.1 s to be there, which is what thirty servers take.
const fewest = 128;
const mostThreads = 3;
const program = ['collect-thread.ts', 'collect-thread.js', '../collect-thread.js']
  .map((name) => join(import.meta.dirname, name))
  .find((file) => existsSync(file));

/** How many threads are worth their while; 0: this one does it all. */
export const collectingThreads = (targets: readonly ParsedTarget[], concurrency = 64): number =>
  program === undefined || targets.length < fewest || targets.some(({ target }) => target.kind === 'snapshot')
    ? 0
    : Math.min(availableParallelism() - 1, mostThreads, concurrency);

/**
 * Collects all targets, and gives each to `take` as it comes.
 *
 * @throws whatever a thread threw: only our own faults do
 */
export async function collectInThreads(
  targets: readonly ParsedTarget[],
  { login, tls, timeout, concurrency = 64, renames, host, allowPublic }: AuditOptions,
  threads: number,
  take: (place: number, collected: CollectedServer) => Promise<void>,
): Promise<void> {
  const options: AuditOptions = {
    ...(login ? { login } : {}),
    ...(tls ? { tls } : {}),
    ...(timeout === undefined ? {} : { timeout }),
    ...(renames ? { renames } : {}),
    ...(host === undefined ? {} : { host }),
    ...(allowPublic === undefined ? {} : { allowPublic }),
  };
  const task: CollectTask = {
    targets,
    options,
    salt: randomBytes(32),
    at: Math.floor(concurrency / threads),
    taken: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  };
  const intern = createInterner();
  await Promise.all(Array.from({ length: threads }, () => oneThread(task, intern, take)));
}

function oneThread(
  task: CollectTask,
  intern: Interner,
  take: (place: number, collected: CollectedServer) => Promise<void>,
): Promise<void> {
  const worker = new Worker(program ?? '', { workerData: task });
  const tables: Table[] = [];
  let turn = Promise.resolve();
  return new Promise((resolve, reject) => {
    worker.on('message', (parcel: Parcel) => {
      turn = turn.then(async () => {
        tables.push(...parcel.tables.map((table) => intern.table(table)));
        for (const { place, collected, table } of parcel.servers) {
          const { evidence } = collected;
          const whole =
            evidence && intern.evidence(evidence, table === undefined ? undefined : tables[table]);
          await take(place, whole ? { ...collected, evidence: whole } : collected);
        }
      });
      turn.catch(reject);
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      code === 0 ? resolve(turn) : reject(new Error(`a thread that collects ended with ${code}`)),
    );
  });
}

interface Interner {
  readonly table: (table: Table) => Table;
  readonly evidence: (evidence: Evidence, table: Table | undefined) => Evidence;
}

// As many as are kept where they are read: see `createCommandTables`.
const mostTables = 64;
const mostReasons = 256;

/** Equal tables and equal reasons of several parcels made one, as they are where one thread collects. */
function createInterner(): Interner {
  const tables = new Map<string, Table>();
  const reasons = new Map<string, Unknown>();
  const reasonOf = (fact: Unknown): Unknown => {
    const key = `${fact.why} ${fact.detail}`;
    const had = reasons.get(key);
    if (had) return had;
    if (reasons.size < mostReasons) reasons.set(key, fact);
    return fact;
  };
  return {
    table(table) {
      if (tables.size >= mostTables) return table;
      const text = JSON.stringify(table);
      const had = tables.get(text);
      if (had === undefined) tables.set(text, table);
      return had ?? table;
    },
    evidence({ facts, ...about }, table) {
      const all: Record<string, Fact<unknown>> = {};
      for (const [name, fact] of Object.entries(facts) as [string, Fact<unknown>][])
        all[name] = fact.known ? fact : reasonOf(fact);
      const reply = facts.commandReply;
      if (table !== undefined && reply.known) all['commandReply'] = { ...reply, value: table };
      return { ...about, facts: all as unknown as Evidence['facts'] };
    },
  };
}
