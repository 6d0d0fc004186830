import { namesSecret } from './secret.ts';

/** What of an argument is the secret: all of it, what follows the sign of an ACL rule, or what follows `name=`. */
export type SecretPart = 'all' | 'after-sign' | 'after-equals';

/** Whole values that may hold secrets among other words. */
const mixed: ReadonlySet<string> = new Set(['db-s3-object', 'storage-provider-options']);

/** From which argument on a line of sentinel.conf is secret. */
const ofSentinel: Readonly<Record<string, number>> = {
  'sentinel-pass': 1,
  'auth-pass': 2,
  'rename-command': 3,
};

/**
 * Whether an argument of a line of redis.conf, sentinel.conf or an ACL file is a secret. Over-cautious where a name is
 * not known.
 *
 * @param directive in lower case
 * @example secretPartOf('user', ['app', 'on', '>hunter2'], 2) // 'after-sign'
 */
export function secretPartOf(
  directive: string,
  args: readonly string[],
  index: number,
): SecretPart | undefined {
  const arg = args[index] ?? '';
  const from = (first: number): SecretPart | undefined => (index >= first && arg !== '' ? 'all' : undefined);
  switch (directive) {
    // The new name is to be known to nobody.
    case 'rename-command':
      return from(1);
    case 'user':
      return index > 0 && /^[><#!]./su.test(arg) ? 'after-sign' : undefined;
    case 'sentinel': {
      const word = args[0]?.toLowerCase() ?? '';
      return Object.hasOwn(ofSentinel, word) ? from(ofSentinel[word] ?? 0) : undefined;
    }
    case 'loadmodule': {
      if (index === 0) return undefined;
      if (namesSecret(args[index - 1] ?? '')) return from(1);
      const [word = ''] = arg.split('=', 1);
      return word !== arg && namesSecret(word) ? 'after-equals' : undefined;
    }
    default:
      return namesSecret(directive) || mixed.has(directive) ? from(0) : undefined;
  }
}
