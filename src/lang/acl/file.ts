/** A whole ACL file, as ACL LOAD and the start of the server read it: one bad line, and nothing of it is loaded. */
import { bytesOf, trimSet } from './byte-string.ts';
import { dialectOf } from './dialect.ts';
import { problem } from './problem.ts';
import { settingOf } from './selector-state.ts';
import type { AclContext, AclProblem, AclUser } from './types.ts';
import { defaultUser, readUser } from './user.ts';

export interface AclFile {
  /** Whether the server takes the file. If not, it does not start, or keeps the users it had. */
  readonly loads: boolean;
  /** The users that the server then has, by name; with `default` made up where the file does not name it. Empty where it does not load. */
  readonly users: readonly AclUser[];
  /** The users of the lines that are right by themselves, also where the file does not load. */
  readonly declared: readonly DeclaredUser[];
  /** With line numbers from 1. */
  readonly problems: readonly AclProblem[];
}

export interface DeclaredUser {
  readonly user: AclUser;
  readonly line: number;
}

/**
 * Reads an ACL file.
 *
 * - Blank lines are skipped; `#` begins a comment only from Redis 8.8 on, before it refuses the file.
 * - Since 7.0 a user named twice refuses the file; before, the last line counts.
 *
 * @example parseAclFile('user app on >secret ~app:* +@read\n', context).loads // true
 */
export function parseAclFile(bytes: string | Uint8Array, context: AclContext): AclFile {
  const dialect = dialectOf(context);
  const setting = settingOf(context, dialect);
  const users = new Map<string, AclUser>();
  const names = new Set<string>();
  const declared: DeclaredUser[] = [];
  const problems: AclProblem[] = [];
  for (const [at, raw] of linesOf(bytesOf(bytes)).entries()) {
    const text = trimSet(raw, ' \t\r\n');
    if (text === '' || (dialect.fileComments && text.startsWith('#'))) continue;
    const line = at + 1;
    const words = text.split(' ');
    const name = words[1] ?? '';
    // Before 7.0 the file is laid over the users that are there, default among them.
    const existed = !dialect.selectors && (name === 'default' || users.has(name));
    const result = readUser(words, 'aclfile', setting, existed);
    const misnamed = result.problems.some(
      ({ code }) => code === 'not-a-user-line' || code === 'bad-user-name',
    );
    if (!misnamed && dialect.selectors && names.has(name)) {
      problems.push(problem('duplicate-user', { line }));
      continue;
    }
    if (!misnamed) names.add(name);
    for (const found of result.problems) problems.push({ ...found, line });
    if (result.user) {
      users.set(name, result.user);
      declared.push({ user: result.user, line });
    }
  }
  if (problems.length > 0) return { loads: false, users: [], declared, problems };
  if (!users.has('default')) users.set('default', defaultUser(context));
  return { loads: true, users: sortByName([...users.values()]), declared, problems };
}

/** The server reads pieces of at most 1023 bytes, up to a line's end, as C strings: a NUL hides the rest of its piece. */
function linesOf(bytes: string): readonly string[] {
  if (!bytes.includes('\0')) return bytes.split('\n');
  let kept = '';
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf('\n', at);
    const end = Math.min(at + 1023, newline < 0 ? bytes.length : newline + 1);
    const piece = bytes.slice(at, end);
    const nul = piece.indexOf('\0');
    kept += nul < 0 ? piece : piece.slice(0, nul);
    at = end;
  }
  return kept.split('\n');
}

/** Users by the bytes of their names: the order of ACL LIST. */
const sortByName = (users: readonly AclUser[]): readonly AclUser[] =>
  users
    .map((user) => ({ user, bytes: bytesOf(user.name) }))
    .toSorted((a, b) => (a.bytes < b.bytes ? -1 : a.bytes > b.bytes ? 1 : 0))
    .map(({ user }) => user);

/**
 * The users that the `user` lines of a configuration come to. Each is split into words already, `user` first.
 * Since 7.0 a name may stand once; before, the last line counts.
 *
 * @example loadConfUsers([{ words: ['user', 'app', 'on', '+get'], line: 12 }], context).loads // true
 */
export function loadConfUsers(
  lines: readonly { readonly words: readonly (string | Uint8Array)[]; readonly line?: number }[],
  context: AclContext,
): AclFile {
  const dialect = dialectOf(context);
  const setting = settingOf(context, dialect);
  const users = new Map<string, AclUser>([['default', defaultUser(context)]]);
  const names = new Set<string>();
  const declared: DeclaredUser[] = [];
  const problems: AclProblem[] = [];
  for (const { words, line = 0 } of lines) {
    const name = bytesOf(words[1] ?? '');
    if (dialect.selectors && names.has(name)) {
      problems.push(problem('duplicate-user', { line }));
      continue;
    }
    names.add(name);
    const result = readUser(words.map(bytesOf), 'conf', setting, users.has(name));
    for (const found of result.problems) problems.push({ ...found, line });
    if (result.user === undefined) continue;
    users.set(name, result.user);
    declared.push({ user: result.user, line });
  }
  const loads = problems.length === 0;
  return { loads, users: loads ? sortByName([...users.values()]) : [], declared, problems };
}
