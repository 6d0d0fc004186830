/** Users made, changed and read from a line: what ACL SETUSER, an ACL file, redis.conf and ACL LIST have in common. */
import { splitText } from '../quote/index.ts';
import { bytesOf, hasSpace, trimSet } from './byte-string.ts';
import { dialectOf } from './dialect.ts';
import { problem } from './problem.ts';
import { settingOf, type Setting } from './selector-state.ts';
import type { AclContext, AclProblem, AclSource, AclUser } from './types.ts';
import {
  applyRule,
  closeUser,
  mergeSelectors,
  newUserState,
  openUser,
  reset,
  type UserState,
} from './user-state.ts';

/** A user, or every reason why the server refuses it. */
export type UserResult =
  | { readonly user: AclUser; readonly problems: readonly [] }
  | { readonly user?: undefined; readonly problems: readonly AclProblem[] };

/**
 * A user as ACL SETUSER makes it: off, without rights.
 *
 * @example newUser('app', context).enabled // false
 */
export function newUser(name: string, context: AclContext): AclUser {
  const setting = settingOf(context, dialectOf(context));
  return closeUser(bytesOf(name), newUserState(setting), setting);
}

/** The user default of a server where nothing is configured: on, nopass, everything allowed. */
export function defaultUser(context: AclContext): AclUser {
  const dialect = dialectOf(context);
  const setting = settingOf(context, dialect);
  const state = newUserState(setting);
  for (const rule of ['+@all', '~*', ...(dialect.channels ? ['&*'] : []), 'on', 'nopass'])
    applyRule(state, rule, setting);
  return closeUser('default', state, setting);
}

/**
 * Applies rules as ACL SETUSER does: all, or none if one is refused.
 *
 * @param tokens One rule each; a selector may be spread over several.
 * @example applyRules(newUser('app', context), ['on', '>secret', '~app:*', '+@read'], context)
 */
export function applyRules(user: AclUser, tokens: readonly string[], context: AclContext): UserResult {
  const setting = settingOf(context, dialectOf(context));
  if (hasSpace(bytesOf(user.name))) return { problems: [problem('bad-user-name')] };
  const state = openUser(user, setting);
  const problems = applyAll(state, tokens.map(bytesOf), setting, 'first');
  return problems.length > 0
    ? { problems }
    : { user: closeUser(bytesOf(user.name), state, setting), problems: [] };
}

/** The problems of rules applied in order, to the end or to the first. */
export function applyAll(
  state: UserState,
  tokens: readonly string[],
  setting: Setting,
  until: 'first' | 'end',
): AclProblem[] {
  const merged = mergeSelectors(tokens, setting);
  if (merged.open !== undefined) return [problem('unmatched-parenthesis', { index: merged.open })];
  const problems: AclProblem[] = [];
  for (const [index, token] of merged.tokens.entries()) {
    const code = applyRule(state, token, setting);
    if (code === undefined) continue;
    problems.push(problem(code, { token, index }));
    if (until === 'first') break;
  }
  return problems;
}

/**
 * Reads one line that describes a user: `user <name> <rules>` of an ACL file, of redis.conf or of ACL LIST; for
 * `setuser` also `ACL SETUSER <name> <rules>`, applied to a new user. The sources split differently: an ACL file at
 * each blank and without quotes, a configuration and a command with them.
 *
 * What a server prints about itself (`acl-list`) may name commands of modules: such rules are kept, not refused.
 *
 * @example parseUserLine('user app on nopass +@all', { ...context, source: 'conf' }).user?.noPassword // true
 */
export function parseUserLine(
  line: string | Uint8Array,
  context: AclContext & { readonly source: AclSource },
): UserResult {
  const dialect = dialectOf(context);
  const words = splitLine(bytesOf(line), context.source);
  if (words === undefined) return { problems: [problem('unbalanced-quotes')] };
  const { source } = context;
  // The user default is there before the configuration is read.
  const existed =
    words[1] === 'default' && (source === 'conf' || (source === 'aclfile' && !dialect.selectors));
  return readUser(words, source, settingOf(context, dialect, source === 'acl-list'), existed);
}

function splitLine(line: string, source: AclSource): readonly string[] | undefined {
  if (source === 'conf' || source === 'setuser') {
    const split = splitText(line);
    return split.problem === undefined ? split.value : undefined;
  }
  const trimmed = trimSet(line, ' \t\r\n');
  // A server prints names and patterns raw, and none of them holds a blank.
  return trimmed === '' ? [] : trimmed.split(' ');
}

/** The words of a line (byte strings) made a user. One that existed before is reset first. */
export function readUser(
  words: readonly string[],
  source: AclSource,
  setting: Setting,
  existed = false,
): UserResult {
  const start = nameAt(words, source);
  const name = start === undefined ? undefined : words[start];
  if (start === undefined || name === undefined) return { problems: [problem('not-a-user-line')] };
  if (hasSpace(name)) return { problems: [problem('bad-user-name')] };
  const state = newUserState(setting);
  if (existed) reset(state, setting);
  const rules = words.slice(start + 1);
  const tokens = source === 'aclfile' ? rules.map((rule) => trimSet(rule, '\t\r\n')) : rules;
  const problems = applyAll(state, tokens, setting, source === 'aclfile' ? 'end' : 'first');
  return problems.length > 0 ? { problems } : { user: closeUser(name, state, setting), problems: [] };
}

function nameAt(words: readonly string[], source: AclSource): number | undefined {
  const first = source === 'aclfile' ? words[0] : words[0]?.toLowerCase();
  if (first === 'user') return 1;
  if (source !== 'setuser') return undefined;
  return first === 'acl' && words[1]?.toLowerCase() === 'setuser' ? 2 : 0;
}
