/** The program of a thread that collects: see `collect-in-threads.ts`, which starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Evidence } from '../../model/index.ts';
import type { CollectTask, Parcel } from './collect-in-threads.ts';
import { collectSettings, collectTarget } from './collect-target.ts';
import { eachOf } from './each-of.ts';

/** Servers that are sent together: what they lack for the same reason is sent once. */
const inParcel = 16;

const { targets, options, salt, at, taken } = workerData as CollectTask;
const settings = collectSettings(options, () => salt);
/** Command tables by identity: each is sent once. */
const tables = new Map<unknown, number>();
let servers: Parcel['servers'][number][] = [];
let fresh: Parcel['tables'][number][] = [];

/** The number of its command table, which is sent where it is new. */
function tableOf(evidence: Evidence | undefined): number | undefined {
  const reply = evidence?.facts.commandReply;
  if (!reply?.known) return undefined;
  const had = tables.get(reply.value);
  if (had !== undefined) return had;
  tables.set(reply.value, tables.size);
  fresh.push(reply.value);
  return tables.size - 1;
}

const withoutTable = ({ facts, ...about }: Evidence): Evidence => ({
  ...about,
  facts: { ...facts, commandReply: { ...facts.commandReply, value: undefined } as never },
});

function send(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage({ servers, tables: fresh } satisfies Parcel);
  servers = [];
  fresh = [];
}

await eachOf(
  targets,
  at,
  async (target, place) => {
    const collected = await collectTarget(target, settings);
    const { evidence } = collected;
    const table = tableOf(evidence);
    servers.push({
      place,
      table,
      collected:
        evidence === undefined || table === undefined
          ? collected
          : { ...collected, evidence: withoutTable(evidence) },
    });
    if (servers.length === inParcel) send();
  },
  () => Atomics.add(taken, 0, 1),
);
send();
