/** A user as ACL LIST and ACL SAVE write it. */
import { dialectOf, type Dialect } from './dialect.ts';
import { describeCommands } from './describe-commands.ts';
import type { AclContext, AclSelector, AclUser, KeyPattern } from './types.ts';

/**
 * The line of ACL LIST for a user, byte for byte. Before 7.2 single commands come in the order of the table: with
 * the table of the very server that is its own order, which it draws anew at each start.
 *
 * @example printUser(user, context) // 'user app on #5e88… ~app:* resetchannels -@all +@read'
 */
export function printUser(user: AclUser, context: AclContext): string {
  const dialect = dialectOf(context);
  const words = ['user', user.name, user.enabled ? 'on' : 'off'];
  if (user.noPassword) words.push('nopass');
  if (dialect.sanitize === 'kept' && user.sanitize) {
    words.push(user.sanitize === 'on' ? 'sanitize-payload' : 'skip-sanitize-payload');
  }
  for (const password of user.passwords) words.push(`#${password}`);
  const [root, ...selectors] = user.selectors;
  words.push(printSelector(root, context, dialect));
  for (const selector of selectors) words.push(`(${printSelector(selector, context, dialect)})`);
  return words.join(' ');
}

/**
 * What stands between the parentheses; for the root selector, what stands outside.
 *
 * @example printSelector(user.selectors[0], context) // '~app:* resetchannels -@all +@read'
 */
export function printSelector(
  selector: AclSelector,
  context: AclContext,
  dialect: Dialect = dialectOf(context),
): string {
  const { allKeys, allDatabases, keyPatterns, databases, commands } = selector;
  // Never spread into arguments: a stranger's selector may hold a million patterns.
  const words = [
    allKeys ? ['~*'] : keyPatterns.map(printKeyPattern),
    dialect.channels ? printChannels(selector) : [],
    dialect.databases && !allDatabases
      ? [databases.length > 0 ? `db=${databases.join(',')}` : 'resetdbs']
      : [],
    dialect.keepsRules
      ? [commands.future ? '+@all' : '-@all', ...commands.rules]
      : describeCommands(selector, context, dialect),
  ].flat();
  return words.join(' ');
}

/** `~p`, `%R~p` or `%W~p`. */
export const printKeyPattern = ({ pattern, read, write }: KeyPattern): string =>
  `${read && write ? '~' : read ? '%R~' : '%W~'}${pattern}`;

const printChannels = ({ allChannels, channels }: AclSelector): readonly string[] =>
  allChannels ? ['&*'] : ['resetchannels', ...channels.map((channel) => `&${channel}`)];
