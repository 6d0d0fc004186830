import { textOf } from './byte-string.ts';
import type { AclProblem, AclProblemCode } from './types.ts';

// As the servers word them (ACLSetUserStringError and the loaders).
const messages: Readonly<Record<AclProblemCode, string>> = {
  'unknown-command': 'Unknown command or category name in ACL',
  syntax: 'Syntax error',
  'pattern-after-allkeys':
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  'pattern-after-allchannels':
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
  'no-such-password': 'The password you are trying to remove from the user does not exist',
  'bad-password-hash':
    'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters',
  'duplicate-user': 'Duplicate user found. A user can only be defined once in config files',
  'first-arg-of-subcommand': 'Allowing first-arg of a subcommand is not supported',
  'already-allowed':
    'Adding a subcommand of a command already fully added is not allowed. Remove the command to start. Example: -DEBUG +DEBUG|DIGEST',
  'database-out-of-range': 'The provided database ID is out of range',
  'bad-user-name': "Usernames can't contain spaces or null characters",
  'unmatched-parenthesis': 'Unmatched parenthesis in selector definition.',
  'not-a-user-line': 'should start with user keyword followed by the username',
  'unbalanced-quotes': 'Unbalanced quotes',
};

// A rule that begins so is about commands, keys, channels or databases. Anything else may be a password
// that someone wrote without its `>`.
const harmless = /^(?:[+\-~%&]|db=)/i;

/** A problem with the server's words; `token` is kept only where it cannot hold a secret. */
export function problem(
  code: AclProblemCode,
  where: { readonly token?: string; readonly index?: number; readonly line?: number } = {},
): AclProblem {
  const { token, ...rest } = where;
  return {
    code,
    message: messages[code],
    ...(token !== undefined && harmless.test(token) ? { token: textOf(token) } : {}),
    ...rest,
  };
}
