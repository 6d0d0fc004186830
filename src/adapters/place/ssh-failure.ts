import { printable } from '../../lang/text/index.ts';

/** What went wrong, in the codes of system errors where there is one. */
export type SshFailureCode =
  /** No connection, or it was lost in the middle. */
  | 'ECONNRESET'
  | 'ETIMEDOUT'
  | 'EACCES'
  | 'EISDIR'
  | 'EFBIG'
  | 'ELOOP'
  | 'ENOENT'
  | 'ENOSPC'
  | 'EROFS'
  | 'EBUSY'
  /** The host cannot do what we need, or says something that we do not understand. */
  | 'ENOTSUP'
  | 'EIO';

export type SshFailure = Error & { readonly code: SshFailureCode };

/** An error with a code; what the remote said in it is made fit for a terminal. */
export const sshFailure = (code: SshFailureCode, text: string): SshFailure =>
  Object.assign(new Error(printable(text, 600)), { code });

/** How the programs of a host say it, with `LC_ALL=C`. */
const said: readonly (readonly [RegExp, SshFailureCode])[] = [
  [/no space left on device|disk quota exceeded/i, 'ENOSPC'],
  [/read-only file system/i, 'EROFS'],
  [/device or resource busy|text file busy/i, 'EBUSY'],
  [/too many (?:levels of )?symbolic links/i, 'ELOOP'],
  [/permission denied|operation not permitted/i, 'EACCES'],
  [/no such file|nonexistent directory|not a directory/i, 'ENOENT'],
];

/** The code for what a failed program wrote; `EIO` where it is none that we know. */
export const codeOfWords = (stderr: string): SshFailureCode =>
  said.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'EIO';
