/** One line of the table: what was measured, ours beside what a user would take otherwise. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  /** Whom we are measured against, and their figure; empty where there is nobody. */
  readonly peer: string;
  /** The ratio that counts, in words: `2.6 × redis-cli`. */
  readonly ratio: string;
  /** What we set ourselves, and whether this run met it. Never a failure: machines differ and are busy. */
  readonly target?: { readonly words: string; readonly met: boolean };
}

/** A bench by name; `rows` measures. Throws `Error` with what is missing when it cannot run here. */
export interface Bench {
  readonly rows: () => Promise<readonly Row[]>;
}
