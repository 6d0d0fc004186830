import type { Capability } from './capability.ts';
import type { Goal } from './goal.ts';
import type { Severity } from './severity.ts';

/** Which cells of the exposure table a fault opens; what is left out matches any. */
export interface Opening {
  readonly as?: string;
  readonly can?: readonly Capability[];
}

export interface Location {
  readonly file: string;
  readonly line?: number;
}

/** One thing that is wrong, as a check says it. */
export interface Fault {
  /** What was seen, with the names and values that matter. */
  readonly seen: string;
  readonly goals: readonly Goal[];
  readonly opens?: Opening;
  readonly where?: Location;
  /** When this fault weighs other than its check does. */
  readonly severity?: Severity;
}

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'not-applicable'; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string }
  | { readonly kind: 'fail'; readonly faults: readonly Fault[] };

/** What came of one check on one server where nothing is wrong, or nothing is known. */
export interface CheckResult {
  readonly check: string;
  readonly theme: string;
  readonly title: string;
  readonly verdict: 'fail' | 'unknown' | 'pass' | 'not-applicable';
  readonly severity: Severity;
  /** For `fail`: what was seen. Else why there is no answer. */
  readonly seen: string;
}

/** One fault that a check found. A check that fails in three places gives three findings. */
export interface Finding extends CheckResult {
  readonly verdict: 'fail';
  readonly remedy: string;
  readonly goals: readonly Goal[];
  /** The cells of the exposure table that this opens, as `from|as|can`. */
  readonly opens: readonly string[];
  readonly where?: Location;
}
