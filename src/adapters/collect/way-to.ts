import { isContainerBridge, kindOf, networkOf } from '../../lang/address/index.ts';
import { valueOr, type HostAddress, type Listener, type Target } from '../../model/index.ts';
import { hostAddresses, rootOf, type FoundProcess } from '../host/index.ts';
import { sharesNamespace } from '../host/process-root.ts';

/** How this host itself gets to one of its servers; `blocked` where it cannot, and why. */
export interface Way {
  readonly target: Target;
  readonly blocked?: string;
}

/**
 * Doors that a client knocks at, the surest first: those whose purpose is known, loopback before others, plain before
 * TLS, TCP before a unix socket.
 */
const order = ({ family, address, purpose }: Listener): number =>
  (purpose === 'other' ? 8 : 0) +
  (family === 'unix' ? 4 : kindOf(address) === 'loopback' || kindOf(address) === 'unspecified' ? 0 : 1) +
  (purpose === 'tls' ? 2 : 0) +
  (family === 'ipv6' ? 0.5 : 0);

const doorsOf = ({ listeners }: FoundProcess): readonly Listener[] =>
  valueOr(listeners, [] as readonly Listener[])
    .filter(({ purpose }) => purpose !== 'bus')
    .toSorted((a, b) => order(a) - order(b) || (a.port ?? 0) - (b.port ?? 0));

/** The address by which this host itself reaches a listener. */
const reachedAt = ({ address, family }: Listener): string =>
  kindOf(address) === 'unspecified' ? (family === 'ipv6' ? '::1' : '127.0.0.1') : address;

const tcp = (host: string, { port = 0, purpose }: Listener): Target => ({
  kind: 'tcp',
  host,
  port,
  tls: purpose === 'tls',
});

/** Another user's process whose sockets we may not see: its title still says where it listens. */
function byTitle({ process }: FoundProcess): Target | undefined {
  const [, address = '', port] = /(?:^|\s)(\S*):(\d{2,5})(?:\s|$)/.exec(process.argv.join(' ')) ?? [];
  if (port === undefined) return undefined;
  const host = kindOf(address) === undefined || kindOf(address) === 'unspecified' ? '127.0.0.1' : address;
  return { kind: 'tcp', host, port: Number(port), tls: false };
}

/**
 * An address of a container that only a bridge of this host leads to. Any other address of a foreign network may
 * belong to quite another machine as seen from here, and passwords might go there.
 */
function behindBridge(theirs: readonly HostAddress[], ours: readonly HostAddress[]): readonly HostAddress[] {
  const bridges = ours.filter((own) => isContainerBridge(own.interface));
  return theirs.filter(({ address }) =>
    bridges.some(
      (bridge) =>
        kindOf(address) !== 'loopback' &&
        networkOf(address, bridge.prefix) !== undefined &&
        networkOf(address, bridge.prefix) === networkOf(bridge.address, bridge.prefix),
    ),
  );
}

/** Into a network namespace of its own: over the bridge, or by a unix socket, which knows no networks. */
async function intoNamespace(found: FoundProcess): Promise<Way | undefined> {
  const { pid } = found.process;
  const doors = doorsOf(found);
  const [theirs, ours] = await Promise.all([hostAddresses(pid), hostAddresses()]);
  for (const door of doors.filter(({ port }) => port !== undefined)) {
    const near = behindBridge(valueOr(theirs, []), valueOr(ours, [])).find(
      ({ address }) =>
        address === door.address ||
        (kindOf(door.address) === 'unspecified' && address.includes(':') === (door.family === 'ipv6')),
    );
    if (near) return { target: tcp(near.address, door) };
  }
  const socket = doors.find(({ family }) => family === 'unix');
  if (socket) return { target: { kind: 'unix', path: seenFromHere(pid, socket.address) } };
  const [door] = doors;
  if (!door) return undefined;
  return {
    target: tcp(reachedAt(door), door),
    blocked: `process ${pid} listens in a network of its own, and no bridge of this host leads there: run keyward inside it, or name the address that it is published at`,
  };
}

const seenFromHere = (pid: number, path: string): string => {
  const root = rootOf(pid);
  return root.own && path.startsWith('/') ? `${root.path}${path}` : path;
};

/** How to talk to a server that was found on this host; `undefined` where nothing tells. */
export async function wayTo(found: FoundProcess): Promise<Way | undefined> {
  if (sharesNamespace(found.process.pid, 'net') === false) {
    const way = await intoNamespace(found);
    if (way) return way;
  } else {
    const [door] = doorsOf(found);
    if (door?.family === 'unix')
      return { target: { kind: 'unix', path: seenFromHere(found.process.pid, door.address) } };
    if (door?.port !== undefined) return { target: tcp(reachedAt(door), door) };
    const title = byTitle(found);
    if (title) return { target: title };
  }
  return found.configuration.known
    ? { target: { kind: 'conf', path: seenFromHere(found.process.pid, found.configuration.value) } }
    : undefined;
}
