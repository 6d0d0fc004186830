import type { Action, Resource } from './action.ts';
import type { Claim, Trial } from './claim.ts';
import type { Captured, Entry } from './journal.ts';

/**
 * What `apply` needs of the world. The adapters give a real one; the tests of the engine one in memory that fails at
 * every place. Each call may throw: then it is not known whether it took effect.
 */
export interface World {
  /** Reads the resource as it is now. */
  capture(resource: Resource): Promise<Captured>;
  /** Does it. Absolute, so that twice is as once. */
  perform(action: Action): Promise<void>;
  /** Puts back exactly what was captured. */
  restore(captured: Captured): Promise<void>;
  /**
   * Takes back what lies between what was captured before and what the steps left, where the server itself has written
   * more into it since. Whether it could: not where what the steps left is no longer there.
   */
  takeBack?(before: Captured, ours: Captured): Promise<boolean>;
  /** Tries a claim, once, harmlessly. Never throws: what went wrong is what it saw. */
  test(claim: Claim): Promise<Trial>;
  /** ISO 8601, UTC. */
  now(): string;
  /** Milliseconds that only go forward. */
  clock(): number;
  pause(milliseconds: number): Promise<void>;
}

/** Each entry is on disk when `append` resolves. */
export interface JournalSink {
  append(entry: Entry): Promise<void>;
}
