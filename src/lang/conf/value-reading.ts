import type { ConfProduct, Traits } from './traits.ts';

/** The value as `CONFIG GET` prints it, or why the server refuses it, in its words as far as they are stable. */
export type ValueReading =
  | { readonly value: string; readonly refused?: undefined }
  | { readonly refused: string };

/** What reading a value may depend on. */
export interface ValueContext {
  readonly product: ConfProduct;
  readonly version: string;
  readonly traits: Traits;
  /** What the setting holds before this line, for those that change a part only. */
  readonly current: string;
  /** What another setting holds at this point; empty where there is none. */
  readonly setting: (name: string) => string;
  /** This is the first line of its directive in the file. */
  readonly first: boolean;
  /** Whether a folder can be entered; every folder, where this is not known. */
  readonly folder: (path: string, asWritten: string) => boolean;
  /** The server's folder, to make `dir` absolute. */
  readonly workingFolder: string | undefined;
  /** Whether the server was built with its own jemalloc, which `activedefrag` needs. */
  readonly defragments: boolean;
}
