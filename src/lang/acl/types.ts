import type { CommandTable } from './command-table.ts';
import type { Server } from './dialect.ts';

/** A key pattern and what it opens: `~p` both, `%R~p` read, `%W~p` write. */
export interface KeyPattern {
  readonly pattern: string;
  readonly read: boolean;
  readonly write: boolean;
}

/** The commands of a selector: the rules as the server keeps them, and what they come to. */
export interface CommandRules {
  /** In order, lower case, without those that a later one made void: `['+get', '+@read', '-@dangerous']`. */
  readonly rules: readonly string[];
  /** Whether it began with `+@all`: then commands that a module adds later are allowed too. */
  readonly future: boolean;
  /** Full names (`get`, `config|set`) whose answer is the opposite of `future`. */
  readonly exceptions: readonly string[];
}

/** One set of permissions. A command passes if one selector of the user allows it whole. */
export interface AclSelector {
  readonly commands: CommandRules;
  /** First arguments that are allowed of commands otherwise denied: `{ select: ['0'] }`. */
  readonly firstArgs: Readonly<Record<string, readonly string[]>>;
  readonly allKeys: boolean;
  readonly keyPatterns: readonly KeyPattern[];
  readonly allChannels: boolean;
  readonly channels: readonly string[];
  /** Valkey 9.1 can narrow it; true everywhere else. */
  readonly allDatabases: boolean;
  readonly databases: readonly number[];
}

/** A user of the server: plain data. Bytes that are not UTF-8 stand as lone surrogates (see `encodeText`). */
export interface AclUser {
  readonly name: string;
  readonly enabled: boolean;
  /** Any password will do; for the user default also none. */
  readonly noPassword: boolean;
  /** SHA-256 in lower-case hexadecimal, as the server keeps them. */
  readonly passwords: readonly string[];
  /** `on` sanitize-payload, `off` skip-sanitize-payload; absent where neither flag is set. */
  readonly sanitize?: 'on' | 'off';
  /** The root selector first, then those in parentheses. */
  readonly selectors: readonly [AclSelector, ...AclSelector[]];
}

/** What rules are read against. */
export interface AclContext extends Server {
  readonly commands: CommandTable;
  /** `acl-pubsub-default` of the server; absent: the default of its version. */
  readonly pubsubDefault?: 'allchannels' | 'resetchannels';
}

/** Where a user line stands: the rules for splitting and resetting differ. */
export type AclSource = 'aclfile' | 'conf' | 'setuser' | 'acl-list';

export type AclProblemCode =
  | 'unknown-command'
  | 'syntax'
  | 'pattern-after-allkeys'
  | 'pattern-after-allchannels'
  | 'no-such-password'
  | 'bad-password-hash'
  | 'duplicate-user'
  | 'first-arg-of-subcommand'
  | 'already-allowed'
  | 'database-out-of-range'
  | 'bad-user-name'
  | 'unmatched-parenthesis'
  | 'not-a-user-line'
  | 'unbalanced-quotes';

/** Why the server refuses a rule, a line or a file. Never holds a password. */
export interface AclProblem {
  readonly code: AclProblemCode;
  /** In the server's own words. */
  readonly message: string;
  /** The rule, where it cannot hold a secret. */
  readonly token?: string;
  /** Its place among the rules of the user, from 0. */
  readonly index?: number;
  /** In a file, from 1. */
  readonly line?: number;
}
