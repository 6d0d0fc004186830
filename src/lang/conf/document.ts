/** A configuration file as it is written, line by line, with nothing lost and nothing interpreted. */

/** One line of the file. Offsets are bytes into the document: `start..end` is the line, `end..next` its line break. */
export type ConfLine = BlankLine | DirectiveLine | BrokenLine;

interface Place {
  /** From 1. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** An empty line, or a comment: its first character after blanks is `#`. There are no comments after a value. */
export interface BlankLine extends Place {
  readonly kind: 'blank' | 'comment';
}

/** `name` is lower-cased as the server does it; `args` are unquoted. Text as `decodeText` makes it. */
export interface DirectiveLine extends Place {
  readonly kind: 'directive';
  readonly name: string;
  readonly args: readonly string[];
}

/** A line that no server can split: a quote that never closes, or text glued to one. */
export interface BrokenLine extends Place {
  readonly kind: 'broken';
  readonly problem: string;
  /** From 1, in bytes. */
  readonly column: number;
}

/** Something about the text itself that the writer hardly meant. */
export interface ConfTextProblem {
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

export interface ConfDocument {
  readonly file: string | undefined;
  /** The whole file. Not to be changed: lines and arguments point into it. */
  readonly bytes: Uint8Array;
  readonly lines: readonly ConfLine[];
  readonly problems: readonly ConfTextProblem[];
  /** The line break that the file uses most; `\n` where it has none. */
  readonly eol: '\n' | '\r\n';
  /** Lines were split as Valkey 9.1 splits them. */
  readonly joinsQuotes: boolean;
}
