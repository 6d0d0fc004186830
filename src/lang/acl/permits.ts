/** Whether a user may run a command line: what ACL DRYRUN answers, and why. */
import { bytesOf, sameWord, textOf } from './byte-string.ts';
import { findCommand, indexOf, type AclCommand, type CommandTable } from './command-table.ts';
import { databasesTouched } from './databases.ts';
import type { Dialect } from './dialect.ts';
import { matchesBytes } from './glob.ts';
import type { KeyAccess } from './key-spec.ts';
import { hasKeys, keysWith, tableDialect, type CommandKeys } from './keys.ts';
import type { AclSelector, AclUser, CommandRules } from './types.ts';

export type Permission =
  | { readonly allowed: true; /** Which selector allows it: 0 is the root. */ readonly selector: number }
  | Denial;

/** Why not. `object`: the command's full name, the key, the channel or the database. */
export interface Denial {
  readonly allowed: false;
  readonly why: 'command' | 'key' | 'channel' | 'database' | 'unknown-command' | 'wrong-arity';
  readonly object: string;
}

/** What else decides: the selected database and how many the server has. Only Valkey 9.1 asks. */
export interface Place {
  readonly db?: number;
  readonly databases?: number;
}

/**
 * Whether the user may run the command, by commands, keys, channels and databases. As ACL DRYRUN it does not ask
 * whether the user is on; as ACL DRYRUN it answers for unknown commands and too few arguments first.
 *
 * @param args Arguments without the name.
 * @example permits(user, 'GET', ['app:1'], table) // { allowed: true, selector: 0 }
 */
export function permits(
  user: AclUser,
  name: string,
  args: readonly string[],
  table: CommandTable,
  place: Place = {},
): Permission {
  const argv = [name, ...args].map(bytesOf);
  const command = findCommand(table, argv[0] ?? '', argv.slice(1));
  if (command === undefined) return { allowed: false, why: 'unknown-command', object: name };
  const { arity } = command;
  if ((arity > 0 && arity !== argv.length) || argv.length < -arity) {
    return { allowed: false, why: 'wrong-arity', object: command.name };
  }
  const request: Request = {
    command,
    argv,
    dialect: tableDialect(table),
    modern: indexOf(table).modern,
    place,
    keys: undefined,
  };
  return decide(user, request);
}

interface Request {
  readonly command: AclCommand;
  readonly argv: readonly string[];
  readonly dialect: Dialect;
  readonly modern: boolean;
  readonly place: Place;
  /** Found once, when the first selector asks. */
  keys: CommandKeys | undefined;
}

type Reason = 'database' | 'command' | 'key' | 'channel';
interface Refused {
  readonly why: Reason;
  readonly index: number;
}

// Of several selectors' reasons the server names the one that got furthest, and the last argument.
const rank: Readonly<Record<Reason, number>> = { database: 0, command: 1, key: 2, channel: 3 };

function decide(user: AclUser, request: Request): Permission {
  let why: Reason = user.selectors.some(({ allDatabases }) => !allDatabases) ? 'database' : 'command';
  let last = 0;
  // As in the server: a selector that refuses the command itself leaves the index as it was.
  let index = 0;
  for (const [selector, permissions] of user.selectors.entries()) {
    const refused = refuse(permissions, request);
    if (refused === undefined) return { allowed: true, selector };
    if (refused.why !== 'command') index = refused.index;
    if (rank[refused.why] > rank[why] || (refused.why === why && index > last)) {
      why = refused.why;
      last = index;
    }
  }
  const object = why === 'command' ? request.command.name : textOf(request.argv[last] ?? '');
  return { allowed: false, why, object };
}

function refuse(selector: AclSelector, request: Request): Refused | undefined {
  const { command, argv, modern } = request;
  // Only Valkey 9.1 can narrow it: whoever has such a selector is asked, also where the version is not known.
  if (!selector.allDatabases) {
    const { db = 0, databases = 16 } = request.place;
    for (const [index, touched] of databasesTouched(command, argv, hasKeys(command, modern), {
      db,
      databases,
    })) {
      if (touched < 0 || touched >= databases || !selector.databases.includes(touched))
        return { why: 'database', index };
    }
  }
  if (!allowsCommand(selector, command, argv)) return { why: 'command', index: 0 };
  if (!selector.allKeys && hasKeys(command, modern)) {
    request.keys ??= keysWith(command, argv, request.dialect, modern);
    for (const key of request.keys.keys) {
      if (!opensKey(selector, argv[key.index] ?? '', key)) return { why: 'key', index: key.index };
    }
  }
  if (!selector.allChannels) {
    const refused = refusedChannel(selector, command.name.toLowerCase(), argv);
    if (refused !== undefined) return { why: 'channel', index: refused };
  }
  return undefined;
}

const exceptionSets = new WeakMap<CommandRules, ReadonlySet<string>>();

/** Whether the rules allow a command by its full name (lower case), first arguments aside. */
function allowsName(commands: CommandRules, name: string): boolean {
  let exceptions = exceptionSets.get(commands);
  if (exceptions === undefined) {
    exceptions = new Set(commands.exceptions);
    exceptionSets.set(commands, exceptions);
  }
  return exceptions.has(name) !== commands.future;
}

/** Commands that need no login need no permission either. 6.0 has no flag for it, and AUTH alone. */
export const needsNoPermission = ({ flags, name }: AclCommand): boolean =>
  flags.includes('no_auth') || name.toLowerCase() === 'auth';

function allowsCommand(selector: AclSelector, command: AclCommand, argv: readonly string[]): boolean {
  const name = command.name.toLowerCase();
  if (needsNoPermission(command) || allowsName(selector.commands, name)) return true;
  const first = Object.hasOwn(selector.firstArgs, name) ? selector.firstArgs[name] : undefined;
  const argument = argv[command.parent === undefined ? 1 : 2];
  return (
    first !== undefined &&
    argument !== undefined &&
    first.some((allowed) => sameWord(bytesOf(allowed), argument))
  );
}

/**
 * Whether a selector opens a key for what a command does with it.
 *
 * @example allowsKey(user.selectors[0], 'app:1', { read: true, write: false })
 */
export const allowsKey = (selector: AclSelector, key: string, access: KeyAccess): boolean =>
  opensKey(selector, bytesOf(key), access);

const opensKey = ({ allKeys, keyPatterns }: AclSelector, key: string, { read, write }: KeyAccess): boolean =>
  allKeys ||
  keyPatterns.some(
    (opened) =>
      (opened.read || !read) && (opened.write || !write) && matchesBytes(bytesOf(opened.pattern), key),
  );

const channelCommands = new Set(['publish', 'spublish', 'subscribe', 'ssubscribe', 'psubscribe']);

function refusedChannel(
  { channels }: AclSelector,
  name: string,
  argv: readonly string[],
): number | undefined {
  if (!channelCommands.has(name)) return undefined;
  const end = name.endsWith('publish') ? Math.min(2, argv.length) : argv.length;
  for (let index = 1; index < end; index++) {
    const channel = argv[index] ?? '';
    // A pattern must be among the allowed ones as it is written.
    const open =
      name === 'psubscribe'
        ? channels.some((allowed) => bytesOf(allowed) === channel)
        : channels.some((allowed) => matchesBytes(bytesOf(allowed), channel));
    if (!open) return index;
  }
  return undefined;
}
