import { isAddress, kindOf } from '../../lang/address/index.ts';
import { printable } from '../../lang/text/index.ts';
import type { FoundProcess } from '../../adapters/host/index.ts';
import type { Target } from '../../model/index.ts';
import { UsageError } from './usage-error.ts';

/** A target as typed, with the credentials that stood in it kept apart. */
export interface ParsedTarget {
  readonly target: Target;
  readonly user?: string;
  readonly password?: string;
  /** Where nobody typed it: the process of this host that was found, and why it cannot be talked to. */
  readonly process?: FoundProcess;
  readonly blocked?: string;
}

const hint =
  'A target is redis://[user:password@]host[:port], rediss://…, unix:///path, host:port, a redis.conf, or a snapshot file.';

function portOf(text: string, of: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`"${printable(text)}" is no port, in ${printable(of)}`, hint);
  return port;
}

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)*\.?$/i;

function hostOf(text: string, of: string): string {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  // `010.0.0.1` and `1.2.3` would be read differently by different programs: refuse what looks like an address and is none.
  if (isAddress(bare) || (hostName.test(bare) && !/^[\d.]+$/.test(bare))) return bare;
  throw new UsageError(`"${printable(text)}" is no host, in ${printable(of)}`, hint);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(
      'the user name or password in the URL is not percent-encoded correctly',
      'Write % as %25, @ as %40, : as %3A, / as %2F.',
    );
  }
}

function fromUrl(text: string): ParsedTarget {
  const match = /^(rediss?|unix):\/\/(?:([^@]*)@)?([^@]*)$/i.exec(text);
  const scheme = match?.[1]?.toLowerCase();
  if (!match || !scheme)
    throw new UsageError('this URL cannot be read (a second @ must be written %40)', hint);
  const [user = '', ...rest] = (match[2] ?? '').split(':');
  const password = rest.length > 0 ? decoded(rest.join(':')) : undefined;
  const login = {
    ...(user ? { user: decoded(user) } : {}),
    ...(password !== undefined ? { password } : {}),
  };
  const shown = `${scheme}://${match[3] ?? ''}`;
  const place = match[3] ?? '';
  if (scheme === 'unix') {
    if (!place.startsWith('/'))
      throw new UsageError(
        `${printable(shown)} names no absolute path`,
        'Write unix:///run/redis/redis.sock.',
      );
    return { target: { kind: 'unix', path: place, ...(user ? { user: decoded(user) } : {}) }, ...login };
  }
  const authority = place.split(/[/?#]/, 1)[0] ?? '';
  const split = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority);
  if (!split?.[1]) throw new UsageError(`${printable(shown)} names no host`, hint);
  const port = split[2] === undefined || split[2] === '' ? 6379 : portOf(split[2], shown);
  return {
    target: {
      kind: 'tcp',
      host: hostOf(split[1], shown),
      port,
      tls: scheme === 'rediss',
      ...(user ? { user: decoded(user) } : {}),
    },
    ...login,
  };
}

/**
 * One argument of the command line. `isFile` says whether a path exists: a path is a file only when it looks like
 * one (`./x`, `/x`, `x.conf`) or exists.
 *
 * @throws UsageError with a hint; never repeats a password.
 */
export function parseTarget(text: string, isFile: (path: string) => boolean): ParsedTarget {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (/^(rediss?|unix):/i.test(text)) return fromUrl(text);
    throw new UsageError(`"${printable(text.split('://', 1)[0] ?? '')}://" is not a scheme of ours`, hint);
  }
  if (isFile(text) || /[/\\]/.test(text) || /\.(conf|json|acl)$/i.test(text)) {
    return { target: { kind: /\.json$/i.test(text) ? 'snapshot' : 'conf', path: text } };
  }
  const bracketed = /^\[([^\]]+)\](?::(.+))?$/.exec(text);
  if (bracketed?.[1])
    return {
      target: {
        kind: 'tcp',
        host: hostOf(bracketed[1], text),
        port: bracketed[2] ? portOf(bracketed[2], text) : 6379,
        tls: false,
      },
    };
  if (isAddress(text)) return { target: { kind: 'tcp', host: text, port: 6379, tls: false } };
  const [host = '', port, ...more] = text.split(':');
  if (more.length > 0) throw new UsageError(`"${printable(text)}" is no target`, hint);
  return {
    target: {
      kind: 'tcp',
      host: hostOf(host, text),
      port: port === undefined ? 6379 : portOf(port, text),
      tls: false,
    },
  };
}

/** Whether this target lies outside the networks that are plainly the user's own. */
export const isPublic = (host: string): boolean => kindOf(host) === 'public';
