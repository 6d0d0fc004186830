/** Users as a server tells them: ACL LIST and ACL GETUSER. */
import { bytesOf } from './byte-string.ts';
import { dialectOf } from './dialect.ts';
import { fieldsIn, itemsIn, textIn, textsIn } from './reply-shapes.ts';
import { settingOf } from './selector-state.ts';
import type { AclContext, AclProblem, AclUser } from './types.ts';
import { applyAll, parseUserLine, type UserResult } from './user.ts';
import { closeUser, newUserState } from './user-state.ts';

// A reply beyond this is cut: no server has so many users.
const maximumUsers = 100_000;

/**
 * The users of a reply to ACL LIST: an array of strings or Buffers. Lines that cannot be read come as problems,
 * numbered from 1; nothing throws.
 *
 * @example parseAclList(['user default on nopass ~* &* +@all'], context).users[0]?.noPassword // true
 */
export function parseAclList(
  reply: unknown,
  context: AclContext,
): { readonly users: readonly AclUser[]; readonly problems: readonly AclProblem[] } {
  const users: AclUser[] = [];
  const problems: AclProblem[] = [];
  for (const [at, line] of itemsIn(reply).slice(0, maximumUsers).entries()) {
    const text = textIn(line);
    const result: UserResult = parseUserLine(text ?? '', { ...context, source: 'acl-list' });
    if (result.user) users.push(result.user);
    else for (const found of result.problems) problems.push({ ...found, line: at + 1 });
  }
  return { users, problems };
}

/**
 * A user from the reply to ACL GETUSER: pairs in an array, a map or an object. Before 7.0 keys and channels are arrays
 * of bare patterns, since then one string of rules. `undefined` for a nil reply: there is no such user.
 *
 * @example parseGetUser('app', reply, context)?.user?.enabled
 */
export function parseGetUser(name: string, reply: unknown, context: AclContext): UserResult | undefined {
  if (reply === null || reply === undefined) return undefined;
  const dialect = dialectOf(context);
  const setting = settingOf(context, dialect, true);
  const state = newUserState(setting);
  state.sanitize = undefined;
  const fields = fieldsIn(reply);
  const flags = textsIn(fields.get('flags')).filter((flag) => userFlags.has(flag));
  const passwords = textsIn(fields.get('passwords')).map((hash) => `#${hash}`);
  const selectors = itemsIn(fields.get('selectors')).map(
    (selector) => `(${permissions(fieldsIn(selector)).join(' ')})`,
  );
  const tokens = [...flags, ...passwords, ...permissions(fields, dialect.channels), ...selectors].map(
    bytesOf,
  );
  const problems = applyAll(state, tokens, setting, 'end');
  return problems.length > 0
    ? { problems }
    : { user: closeUser(bytesOf(name), state, setting), problems: [] };
}

// The other flags (allkeys, allcommands, allchannels) are told again by the fields.
const userFlags = new Set(['on', 'off', 'nopass', 'sanitize-payload', 'skip-sanitize-payload']);

function permissions(fields: ReadonlyMap<string, unknown>, channels = true): readonly string[] {
  const flags = textsIn(fields.get('flags'));
  return [
    ...(flags.includes('allkeys') ? ['allkeys'] : rules(fields.get('keys'), '~')),
    ...(channels ? ['resetchannels'] : []),
    ...(flags.includes('allchannels') ? ['allchannels'] : rules(fields.get('channels'), '&')),
    ...(fields.has('databases') ? ['resetdbs', ...rules(fields.get('databases'), '')] : []),
    ...rules(fields.get('commands'), ''),
  ];
}

/** A string of rules, or an array of patterns without their sign. */
function rules(value: unknown, sign: string): readonly string[] {
  const text = textIn(value);
  if (text !== undefined) return text.split(' ').filter((rule) => rule !== '');
  return textsIn(value).map((pattern) => sign + pattern);
}
