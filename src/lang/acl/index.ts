/**
 * The ACL language of Redis, Valkey and KeyDB: users read from files, commands and replies, applied, printed, and
 * asked what they may do, as each version of the server does it. Nothing throws on any input; what a server would
 * refuse comes back as problems.
 *
 * @example
 * const commands = await bundledCommands('redis', '7.2.6');
 * const context = { product: 'redis', version: '7.2.6', commands };
 * const { users, problems } = parseAclFile(bytes, context);
 * const user = users.find(({ name }) => name === 'app');
 * if (user) permits(user, 'GET', ['app:1'], commands); // { allowed: true, selector: 0 }
 */
export { allowedCommands } from './allowed.ts';
export { bundledCommands } from './bundled.ts';
export { decodeText, encodeText } from '../c-text/index.ts';
export { commandTable } from './command-reply.ts';
export { findCommand, renameCommands } from './command-table.ts';
export type { AclCommand, CommandTable } from './command-table.ts';
export { denialText } from './denial-text.ts';
export { dialectOf } from './dialect.ts';
export type { Dialect, Server } from './dialect.ts';
export { loadConfUsers, parseAclFile } from './file.ts';
export type { AclFile, DeclaredUser } from './file.ts';
export { matchesGlob } from './glob.ts';
export type { BeginSearch, FindKeys, KeyAccess, KeySpec } from './key-spec.ts';
export type { FoundKey } from './key-functions.ts';
export { keysOf } from './keys.ts';
export type { CommandKeys } from './keys.ts';
export { allowsKey, permits } from './permits.ts';
export type { Denial, Permission, Place } from './permits.ts';
export { printKeyPattern, printSelector, printUser } from './print.ts';
export type {
  AclContext,
  AclProblem,
  AclProblemCode,
  AclSelector,
  AclSource,
  AclUser,
  CommandRules,
  KeyPattern,
} from './types.ts';
export { lintRules } from './lint.ts';
export type { AclLint } from './lint.ts';
export { parseAclList, parseGetUser } from './replies.ts';
export { applyRules, defaultUser, newUser, parseUserLine } from './user.ts';
export type { UserResult } from './user.ts';
