import { localPlace } from './local.ts';
import type { Place } from './place.ts';
import { sshPlace } from './ssh.ts';

/**
 * The host that a plan names: `here`, or `ssh://user@host:port`.
 *
 * @throws Error for any other name, RangeError for a host that ssh must not be given
 * @example placeNamed('ssh://ops@db1')
 */
export function placeNamed(name: string): Place {
  if (name === 'here') return localPlace();
  const [, user, bracketed, plain, port] =
    /^ssh:\/\/(?:([^@/]{1,64})@)?(?:\[([^\]/]{1,100})\]|([^:/@[\]]{1,253}))(?::(\d{1,5}))?$/.exec(name) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Error('the host of a plan is `here` or ssh://user@host');
  return sshPlace(
    { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port: Number(port) }) },
    { sudo: 'as-needed' },
  );
}
