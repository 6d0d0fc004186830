import { isIPv6 } from 'node:net';
import { printable } from '../../lang/text/index.ts';

/** A host as the user's own OpenSSH knows it: a name, an address, or an alias of ssh_config. */
export interface SshTarget {
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

// OpenSSH puts host and user into ProxyCommand, LocalCommand and Match exec, which a shell runs; before 9.6 without
// a look at them. So we let through what a name or an address needs, and nothing that a shell or an option reads.
const hostName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/;
const userName = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}$/;
const zone = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

const isHost = (host: string): boolean => {
  const [address = '', scope, ...more] = host.split('%');
  if (isIPv6(address) && more.length === 0) return scope === undefined || zone.test(scope);
  return hostName.test(host);
};

/**
 * The target, or an error that says what is wrong with it.
 *
 * @throws RangeError on a host or a user that an option, a shell or ssh_config would read as something else
 */
export function checkTarget(target: SshTarget): SshTarget {
  const { user, host, port } = target;
  if (!isHost(host)) throw new RangeError(`not a host that ssh may be given: ${printable(host, 100)}`);
  if (user !== undefined && !userName.test(user))
    throw new RangeError(`not a user that ssh may be given: ${printable(user, 100)}`);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new RangeError(`not a port: ${port}`);
  return target;
}

/** `ssh://user@host:port`, as plans and proofs name the place. */
export function nameOfTarget({ user, host, port }: SshTarget): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return `ssh://${user === undefined ? '' : `${user}@`}${shown}${port === undefined ? '' : `:${port}`}`;
}

/**
 * `ssh://user@host:port` as a target; `undefined` for anything else.
 *
 * @throws RangeError for a host or a user that ssh must not be given
 */
export function sshTargetIn(name: string): SshTarget | undefined {
  const [, user, bracketed, plain, port] =
    /^ssh:\/\/(?:([^@/]{1,64})@)?(?:\[([^\]/]{1,100})\]|([^:/@[\]]{1,253}))(?::(\d{1,5}))?$/.exec(name) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return undefined;
  return checkTarget({
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  });
}

/** The words after the options: `--` so that nothing of the host can be an option. */
export const wordsOfTarget = ({ user, host, port }: SshTarget): readonly string[] => [
  ...(user === undefined ? [] : ['-l', user]),
  ...(port === undefined ? [] : ['-p', String(port)]),
  '--',
  host,
];
