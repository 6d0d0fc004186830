/** A file as it is: what undo puts back. */
export interface PlacedFile {
  readonly bytes: Buffer;
  /** Permission bits, as `0o640`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface Access {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host whose files we change: this one, or one behind the system's own OpenSSH. Every call may reject. */
export interface Place {
  /** `here`, or `ssh://user@host`. */
  readonly name: string;
  /** `undefined` where there is no such file; rejects where it cannot be read or is not a file. */
  read(path: string): Promise<PlacedFile | undefined>;
  /**
   * Atomic: a temporary file beside it, owner and mode, fsync, rename, fsync of the folder. A symbolic link stays one:
   * what it points to is written.
   */
  write(path: string, file: PlacedFile): Promise<void>;
  remove(path: string): Promise<void>;
  access(path: string): Promise<Required<Access> | undefined>;
  setAccess(path: string, access: Access): Promise<void>;
  /** Where a symbolic link leads; `undefined` where there is none, or it is not for us to see. */
  link(path: string): Promise<string | undefined>;
  /** Numbers of an account; `undefined` where there is none. */
  account(name: string): Promise<{ readonly uid: number; readonly gid: number } | undefined>;
  group(name: string): Promise<number | undefined>;
  /** A program with its words, never a shell's line. Milliseconds; its output is bounded to 1 MiB. */
  run(argv: readonly string[], options: { readonly timeout: number; readonly input?: Buffer }): Promise<Ran>;
  close(): Promise<void>;
}
