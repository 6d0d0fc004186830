import { readSecrets, type Secret } from '../../../adapters/journal/secrets-file.ts';
import { reopenJournal } from '../../../adapters/journal/journal-file.ts';
import {
  confirm,
  settle,
  type Confirmed,
  type Settled,
  type SettleOptions,
} from '../../../engine/apply/index.ts';
import type { JournalSink, World } from '../../../model/index.ts';
import { UsageError } from '../usage-error.ts';
import type { KnownJournal } from './journals.ts';
import { lockServers } from './locks.ts';
import type { ReachOptions } from './options.ts';
import { reachWorld } from './reach-world.ts';

export function secretsOf({ secretsFile }: KnownJournal): Readonly<Record<string, Secret>> {
  if (secretsFile === undefined) return {};
  try {
    return readSecrets(secretsFile)?.secrets ?? {};
  } catch (error) {
    throw new UsageError(
      (error as Error).message,
      'Without the secrets of the plan its servers cannot be logged in to.',
    );
  }
}

/** With the servers locked, over new connections, at the end of the journal. */
async function within<T>(
  journal: KnownJournal,
  reach: ReachOptions,
  does: (world: World, sink: JournalSink) => Promise<T>,
): Promise<T> {
  const nodes = journal.plan?.nodes ?? [];
  const lock = lockServers(nodes);
  if ('heldBy' in lock)
    throw new UsageError(
      `another Keyward (process ${lock.heldBy}) is at work on this server`,
      'Wait until it has ended, then run this again.',
    );
  const world = reachWorld(nodes, reach, secretsOf(journal));
  const sink = reopenJournal(journal.path, journal.whole);
  try {
    return await does(world, sink);
  } finally {
    sink.close();
    await world.close();
    lock.release();
  }
}

/** Brings a journal to its end: see `settle`. */
export async function finishJournal(
  journal: KnownJournal,
  reach: ReachOptions,
  options: SettleOptions = {},
): Promise<Settled> {
  if (
    journal.standing.kind === 'ended' &&
    options.takeBack === undefined &&
    journal.standing.outcome.kind !== 'stuck'
  )
    return journal.standing.outcome;
  return within(journal, reach, (world, sink) => settle(journal.entries, world, sink, options));
}

export const confirmJournal = (journal: KnownJournal, reach: ReachOptions): Promise<Confirmed> =>
  within(journal, reach, (world, sink) => confirm(journal.entries, world, sink));
