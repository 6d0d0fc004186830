import { dialectOf, type Server } from './dialect.ts';
import type { Denial } from './permits.ts';

/**
 * A denial as ACL DRYRUN words it, or the error for what is no question of permission.
 *
 * @param userName The user's; 7.0 does not say it.
 * @example denialText('app', { allowed: false, why: 'key', object: 'k' }, server) // "User app has no permissions to access the 'k' key"
 */
export function denialText(userName: string, { why, object }: Denial, server: Server): string {
  const who = dialectOf(server).wording === 'named user' ? `User ${userName}` : 'This user';
  switch (why) {
    case 'command':
      return `${who} has no permissions to run the '${object}' command`;
    case 'database':
      return `${who} has no permissions to access database ${object}`;
    case 'unknown-command':
      return `Command '${object}' not found`;
    case 'wrong-arity':
      return `wrong number of arguments for '${object}' command`;
    case 'key':
    case 'channel':
      return `${who} has no permissions to access the '${object}' ${why}`;
  }
}
