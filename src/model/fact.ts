/** Why something is not known. Never a pass: an unknown stays visible in every verdict and report. */
export type Reason =
  | 'not-asked' // out of the scope of this run, or nothing to ask (no file given)
  | 'no-access' // permission denied: by the server's ACL, a login, or file modes
  | 'timed-out'
  | 'absent' // looked for, and there is none: what depends on it does not apply
  | 'not-supported' // refused in a way that leaves open whether there is such a thing
  | 'unreadable'; // an answer came, and made no sense

/** Something seen, with where it was seen; or why it could not be. */
export type Fact<T> = Known<T> | Unknown;
export interface Known<T> {
  readonly known: true;
  readonly value: T;
  /** Where this was read: a command (`CONFIG GET *`), a file with its line, a kernel table. */
  readonly source: string;
}
export interface Unknown {
  readonly known: false;
  readonly why: Reason;
  readonly detail: string;
}

export const known = <T>(value: T, source: string): Known<T> => ({ known: true, value, source });
export const unknown = (why: Reason, detail: string): Unknown => ({ known: false, why, detail });

/** The value if it is known, else `fallback`. For words in a report, never for a verdict. */
export const valueOr = <T, U>(fact: Fact<T>, fallback: U): T | U => (fact.known ? fact.value : fallback);
