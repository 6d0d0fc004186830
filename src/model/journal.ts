import type { Action, Resource } from './action.ts';
import type { Plan } from './plan.ts';
import type { Trial } from './claim.ts';

/**
 * State of a resource as it was read: opaque to the engine, put back by the adapter that read it. Lives in the
 * journal only (mode 0600): it may hold what the server's own files hold.
 */
export type State = Readonly<Record<string, unknown>>;

/** One line of the journal. Written and synced to disk before what it announces. */
export type Entry =
  | {
      readonly entry: 'begin';
      readonly at: string;
      readonly plan: Plan;
      readonly confirmWithin: number;
      readonly pid: number;
      /** Where the secrets of the plan are (mode 0600). */
      readonly secretsFile: string;
      /** Where those who use the servers are told their logins, where that is another file. */
      readonly publishedSecrets?: string;
    }
  /** All states that the step will touch, before it touches any. */
  | {
      readonly entry: 'step';
      readonly at: string;
      readonly step: string;
      readonly before: readonly Captured[];
    }
  | { readonly entry: 'doing'; readonly step: string; readonly index: number; readonly action: Action }
  /** The step is done and proved; states as they are now, to see later whether somebody changed them since. */
  | {
      readonly entry: 'done';
      readonly at: string;
      readonly step: string;
      readonly after: readonly Captured[];
      readonly trials: readonly Trial[];
    }
  /** All steps are done; the clock runs until `confirmed` or `undoing`. */
  | { readonly entry: 'applied'; readonly at: string; readonly deadline: string }
  | { readonly entry: 'confirmed'; readonly at: string }
  | { readonly entry: 'undoing'; readonly at: string; readonly why: string }
  | { readonly entry: 'restored'; readonly resource: Resource }
  | { readonly entry: 'kept'; readonly resource: Resource; readonly why: string }
  | { readonly entry: 'end'; readonly at: string; readonly outcome: Outcome };

export interface Captured {
  readonly resource: Resource;
  readonly state: State;
  /** SHA-256 of the state: equal where nothing changed. */
  readonly digest: string;
  /** The same with every secret left out: fit for a plan that others read. */
  readonly fingerprint: string;
}

/** How an apply or an undo ended. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly why: string }
  /** All is as it was. */
  | { readonly kind: 'undone'; readonly why: string }
  /** Neither old nor new: what is left, and what a person must do. */
  | {
      readonly kind: 'stuck';
      readonly why: string;
      readonly left: readonly { readonly resource: Resource; readonly why: string }[];
    };
