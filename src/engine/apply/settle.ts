import type { Entry, JournalSink, Outcome, World } from '../../model/index.ts';
import { standingOf } from './standing.ts';
import { undo } from './undo.ts';
import type { WayBack } from './way-back.ts';

export type Settled = Outcome | { readonly kind: 'waiting'; readonly deadline: string };

export interface SettleOptions {
  /** Undo also what was confirmed: the user asked for it. What somebody changed since stays. */
  readonly takeBack?: string;
  /** The deadline has passed by a clock that we trust more than the date (the watchdog's own). */
  readonly expired?: boolean;
  readonly wayBack?: WayBack | undefined;
}

/**
 * Brings a journal to its end: what was left in the middle is undone, what was applied waits for its confirmation until
 * the deadline, and is undone after it. Run by the watchdog, and by the next run of Keyward. May be run again.
 */
export async function settle(
  entries: readonly Entry[],
  world: World,
  journal: JournalSink,
  { takeBack, expired = false, wayBack }: SettleOptions = {},
): Promise<Settled> {
  const { plan, captured, left, standing } = standingOf(entries);
  const back = async (why: string, careful: boolean): Promise<Outcome> => {
    await journal.append({ entry: 'undoing', at: world.now(), why });
    return undo(captured, world, journal, why, { plan, wayBack, left, careful });
  };
  switch (standing.kind) {
    case 'nothing': {
      const outcome: Outcome = { kind: 'refused', why: 'it ended before anything was changed' };
      await journal.append({ entry: 'end', at: world.now(), outcome });
      return outcome;
    }
    case 'interrupted':
      return back(takeBack ?? standing.why, false);
    case 'applied': {
      if (takeBack !== undefined) return back(takeBack, true);
      if (standing.confirmed) return finish(world, journal);
      return expired || passed(world.now(), standing)
        ? back('nobody confirmed it in time', false)
        : { kind: 'waiting', deadline: standing.deadline };
    }
    case 'ended':
      if (standing.outcome.kind === 'stuck')
        return back(takeBack ?? standing.outcome.why, takeBack !== undefined);
      return takeBack !== undefined && standing.outcome.kind === 'done'
        ? back(takeBack, true)
        : standing.outcome;
  }
}

/** A clock that went back behind the start tells nothing: it counts as past the deadline, since undo is the safe side. */
const passed = (now: string, { at, deadline }: { readonly at: string; readonly deadline: string }): boolean =>
  Date.parse(now) >= Date.parse(deadline) || Date.parse(now) < Date.parse(at);

async function finish(world: World, journal: JournalSink): Promise<Outcome> {
  const outcome: Outcome = { kind: 'done' };
  await journal.append({ entry: 'end', at: world.now(), outcome });
  return outcome;
}
