import type { Severity } from './severity.ts';

/** What an advisory means for this server. */
export interface AdvisoryState {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly state: 'affected' | 'fixed' | 'not-affected' | 'unknown';
  readonly because: string;
  readonly fixedIn?: string;
  /** Actors (ids of the exposure table) who have what it takes; empty: nobody who is not already an administrator. */
  readonly reachableBy: readonly string[];
  readonly effect: string;
  readonly links: readonly string[];
}
