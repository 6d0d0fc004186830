import { kindOf } from '../../lang/address/index.ts';
import { valueOr, type Listener } from '../../model/index.ts';
import type { FoundProcess } from '../../adapters/host/index.ts';
import type { ParsedTarget } from './parse-target.ts';
import { UsageError } from './usage-error.ts';

/** The address by which this host itself reaches a listener. */
const reachedAt = ({ address, family }: Listener): string =>
  kindOf(address) === 'unspecified' ? (family === 'ipv6' ? '::1' : '127.0.0.1') : address;

/** Doors that a client knocks at, the surest first: loopback before others, plain before TLS, TCP before a unix socket. */
const order = (listener: Listener): number =>
  (listener.family === 'unix'
    ? 4
    : kindOf(listener.address) === 'loopback' || kindOf(listener.address) === 'unspecified'
      ? 0
      : 1) +
  (listener.purpose === 'tls' ? 2 : 0) +
  (listener.family === 'ipv6' ? 0.5 : 0);

function targetOf(found: FoundProcess): ParsedTarget | undefined {
  const [door] = valueOr(found.listeners, [] as readonly Listener[])
    .filter(({ purpose }) => purpose !== 'bus')
    .toSorted((a, b) => order(a) - order(b) || (a.port ?? 0) - (b.port ?? 0));
  if (door?.family === 'unix') return { target: { kind: 'unix', path: door.address } };
  if (door?.port !== undefined)
    return { target: { kind: 'tcp', host: reachedAt(door), port: door.port, tls: door.purpose === 'tls' } };
  // Another user's process whose sockets we may not see: its title still says where it listens.
  const title = found.process.argv.join(' ').match(/(?:^|\s)(\S+):(\d{2,5})(?:\s|$)/);
  if (title?.[2])
    return {
      target: {
        kind: 'tcp',
        host: title[1] === '*' ? '127.0.0.1' : (title[1] ?? '127.0.0.1'),
        port: Number(title[2]),
        tls: false,
      },
    };
  return found.configuration.known
    ? { target: { kind: 'conf', path: found.configuration.value } }
    : undefined;
}

/**
 * Every server that runs on this host, as targets.
 *
 * @throws UsageError where there is none
 */
export function discover(processes: readonly FoundProcess[]): readonly ParsedTarget[] {
  const found = processes.flatMap((one) => targetOf(one) ?? []);
  if (found.length > 0) return found;
  throw new UsageError(
    'no server of the Redis family runs on this host (or none that this user may see)',
    'Name one: keyward audit redis://host, or a file: keyward audit /etc/redis/redis.conf. To see Keyward at work: keyward lab.',
  );
}
