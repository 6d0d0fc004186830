/** What a server makes of its configuration files: the result types of `readConf`. */
import type { DirectiveTable } from './directive.ts';
import type { SentinelReading } from './sentinel.ts';
import type { ConfProduct } from './traits.ts';

export interface ConfFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What `include` finds: the files in the server's order (as glob(3) sorts them), or why there is none. */
export type Loaded = readonly ConfFile[] | { readonly problem: string };

/**
 * How included files are found. `pattern` is as written, relative to the folder in which the server starts and not
 * to the file; below a `dir` line it comes joined to that folder. `glob` says that this server expands wildcards. Of a pattern that matches nothing, no files are found, and that
 * is fine; of a plain path, that is a problem.
 */
export type Load = (pattern: string, from: string, glob: boolean) => Loaded;

/** What the reading depends on outside the files. What is left out is taken to be as the file expects it. */
export interface ConfHost {
  /** Whether a folder can be entered. `path` is absolute where `workingFolder` is known. */
  readonly folder?: (path: string, asWritten: string) => boolean;
  /** Whether a file can be run. */
  readonly executable?: (path: string) => boolean;
  /** Whether a host name resolves; only asked of Sentinels before 6.2. */
  readonly resolves?: (host: string) => boolean;
  /** The folder in which the server starts: `dir` is made absolute with it. */
  readonly workingFolder?: string;
  /** Whether the server's jemalloc can defragment; those of Linux distributions cannot. */
  readonly defragments?: boolean;
}

export interface ReadOptions {
  readonly product: ConfProduct;
  readonly version: string;
  /** Started as a Sentinel. */
  readonly sentinel?: boolean;
  readonly load?: Load;
  readonly host?: ConfHost;
  /** Go on after a line that the server refuses, to see the rest. What such a line says is not taken. */
  readonly keepGoing?: boolean;
  /** Directives from the command line, as the server appends them: they come last, and win. */
  readonly appended?: Uint8Array;
}

export interface ConfPlace {
  readonly file: string;
  readonly line: number;
}

export interface ConfProblem extends ConfPlace {
  /** From 1, in bytes; 1 where the whole line is meant. */
  readonly column: number;
  /** The server's words, where they are stable. Holds no value of a secret directive. */
  readonly reason: string;
  /** The server does not start. */
  readonly fatal: boolean;
  /** When the server notices: while it reads the file, or later, when it starts. */
  readonly stage: 'read' | 'start';
  /** The line number in the server's own message: it differs where NUL bytes or patterns join lines. */
  readonly reported: number | undefined;
}

export interface UserLine extends ConfPlace {
  readonly name: string;
  readonly rules: readonly string[];
}

export interface RenamedCommand extends ConfPlace {
  readonly command: string;
  /** Empty: the command is taken away. */
  readonly to: string;
}

export interface LoadedModule extends ConfPlace {
  readonly path: string;
  readonly args: readonly string[];
}

/** A setting kept for a module: its name is not one of the server's. */
export interface ModuleSetting extends ConfPlace {
  readonly name: string;
  readonly args: readonly string[];
}

/** A file and what it includes, in the order in which they are read. */
export interface IncludedFile {
  readonly path: string;
  /** The line of the including file; undefined for the first. */
  readonly line: number | undefined;
  readonly includes: readonly IncludedFile[];
}

export interface ConfReading {
  readonly product: ConfProduct;
  readonly version: string;
  readonly table: DirectiveTable;
  /**
   * Every setting of this version in the form in which `CONFIG GET` prints it, defaults included. Secrets are among
   * them in clear text: see `secret` in the table.
   */
  readonly settings: ReadonlyMap<string, string>;
  /** Where a setting was set, under each of its names; the last place for those where the last line wins. */
  readonly places: ReadonlyMap<string, readonly ConfPlace[]>;
  readonly users: readonly UserLine[];
  readonly renames: readonly RenamedCommand[];
  readonly modules: readonly LoadedModule[];
  readonly moduleSettings: readonly ModuleSetting[];
  readonly sentinel: SentinelReading | undefined;
  readonly includes: readonly IncludedFile[];
  readonly problems: readonly ConfProblem[];
  /** The problem at which the server gives up; undefined where nothing in the files keeps it from starting. */
  readonly refused: ConfProblem | undefined;
  /** False where something could not be read that the server would read: an `include` without a way to load it. */
  readonly complete: boolean;
}
