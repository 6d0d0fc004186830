import type { Severity } from './severity.ts';

/** What an advisory means for this server. */
export interface AdvisoryState {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly state: 'affected' | 'fixed' | 'not-affected' | 'unknown';
  readonly because: string;
  /** For `unknown`: what to do to find out. */
  readonly howToKnow?: string;
  readonly fixedIn?: string;
  /**
   * Actors (ids of the exposure table) who have what it takes and are not administrators with a password of their own;
   * `anyone` where reaching the port is enough; empty: nobody.
   */
  readonly reachableBy: readonly string[];
  /** What the attacker gains: `code-execution`, `crash`, `exhaustion`, `data-leak`, `bypass`. */
  readonly effects: readonly string[];
  readonly links: readonly string[];
}
