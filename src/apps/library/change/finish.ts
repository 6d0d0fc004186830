import { setTimeout as wait } from 'node:timers/promises';
import { readSecrets, type Secret } from '../../../adapters/journal/secrets-file.ts';
import { reopenJournal } from '../../../adapters/journal/journal-file.ts';
import {
  confirm,
  settle,
  type Confirmed,
  type Settled,
  type SettleOptions,
  type WayBack,
} from '../../../engine/apply/index.ts';
import type { JournalSink, World, PlanNode } from '../../../model/index.ts';
import { UsageError } from '../usage-error.ts';
import { asJudged, brokenOff, judge, wasConfirmed } from './changed-since.ts';
import { openJournal, type KnownJournal } from './journals.ts';
import { lockServers } from './locks.ts';
import { recallLogins } from './published-logins.ts';
import type { ReachOptions, UndoOptions } from './options.ts';
import { assertPrivate } from './private-only.ts';
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

/** A watchdog that has a look holds it for a moment: that is no reason to refuse anybody. */
async function lockSoon(nodes: readonly PlanNode[]): Promise<ReturnType<typeof lockServers>> {
  for (let attempt = 1; ; attempt++) {
    const lock = lockServers(nodes);
    if (!('heldBy' in lock) || attempt === 10) return lock;
    await wait(100);
  }
}

/** With the servers locked, over new connections, at the end of the journal as it is by then. */
async function within<T>(
  { plan, path }: KnownJournal,
  reach: ReachOptions,
  does: (journal: KnownJournal, world: World, sink: JournalSink) => Promise<T>,
): Promise<T> {
  const nodes = plan?.nodes ?? [];
  await assertPrivate(nodes, reach);
  const lock = await lockSoon(nodes);
  if ('heldBy' in lock)
    throw new UsageError(
      `another Keyward (process ${lock.heldBy}) is at work on this server`,
      'Wait until it has ended, then run this again.',
    );
  try {
    // Who held the lock until now may have written to it.
    const journal = openJournal(path);
    const world = reachWorld(nodes, reach, secretsOf(journal));
    const sink = reopenJournal(path, journal.whole);
    try {
      return await does(journal, world, sink);
    } finally {
      sink.close();
      await world.close();
    }
  } finally {
    lock.release();
  }
}

export const patienceOf = ({ goBackWithin }: UndoOptions): Pick<WayBack, 'patience'> =>
  goBackWithin === undefined ? {} : { patience: goBackWithin * 1000 };

/** Brings a journal to its end: see `settle`. What somebody changed after it was confirmed stays, also in a second attempt. */
export const finishJournal = (
  journal: KnownJournal,
  reach: UndoOptions,
  given: SettleOptions = {},
): Promise<Settled> =>
  within(journal, reach, async (now, world, sink) => {
    const tell = (): boolean => recallLogins(now.path, now.publishedSecrets);
    const options: SettleOptions = { ...given, wayBack: { tell, ...patienceOf(reach) } };
    const { entries, standing } = now;
    const wanted = options.takeBack;
    if (standing.kind === 'ended' && standing.outcome.kind !== 'stuck') {
      if (wanted === undefined || standing.outcome.kind !== 'done') return standing.outcome;
    } else if (standing.kind === 'interrupted') {
      const halfway = brokenOff(now);
      if (!halfway) return settle(entries, world, sink, options);
      return settle(halfway.entries, asJudged(world, halfway.verdicts), sink, {
        ...options,
        takeBack: standing.why,
      });
    }
    const again =
      standing.kind === 'ended' && standing.outcome.kind === 'stuck' && wasConfirmed(now)
        ? standing.outcome.why
        : undefined;
    const takeBack = wanted ?? again;
    if (takeBack === undefined) return settle(entries, world, sink, options);
    return settle(entries, asJudged(world, await judge(now, world, sink)), sink, { ...options, takeBack });
  });

export const confirmJournal = (journal: KnownJournal, reach: ReachOptions): Promise<Confirmed> =>
  within(journal, reach, ({ entries }, world, sink) => confirm(entries, world, sink));
