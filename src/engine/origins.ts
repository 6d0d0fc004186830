import { isContainerBridge, joinHostPort, kindOf, networkOf } from '../lang/address/index.ts';
import type { HostAddress, Listener, Origin, Reach } from '../model/index.ts';
import { byText } from './by-text.ts';

/** Where packets to an address can come from. */
export interface Place {
  readonly reach: Reach;
  readonly label: string;
  readonly sources: readonly string[];
  readonly certain: boolean;
  /** The address, and where packets come by another port than the server's the port. */
  readonly at: string;
  readonly port?: number;
  /** Tells places apart that are otherwise of one kind at one address. */
  readonly part?: string;
  /** Why a packet filter turns them all away. */
  readonly refused?: string;
  readonly because?: readonly string[];
}

/** What packet filters make of the places that a door is reached from. */
export type Refine = (door: DoorWay, places: readonly Place[]) => readonly Place[];

/** One door of the server, seen in the kernel's tables or read from its settings. */
export interface DoorWay {
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  /** Where we learned of it: `/proc/net/tcp`, `bind in /etc/redis/redis.conf`. */
  readonly source: string;
}

export interface OriginContext {
  /** Addresses of the host, where they are known: they say what a wildcard listener means. */
  readonly hostAddresses: readonly HostAddress[] | undefined;
  /** Why the server turns away everyone who does not come from loopback; `undefined` where it does not. */
  readonly refusesOthers: string | undefined;
  readonly clientCertificate: boolean;
  /** Why it may turn them away, where that is not sure. */
  readonly mayRefuseOthers?: string;
  /** Packet filters, where they were read. */
  readonly refine?: Refine;
}

/** Where packets to this address can come from, widest first. */
function placesOf(address: string, context: OriginContext): readonly Place[] {
  const kind = kindOf(address === '*' ? '0.0.0.0' : address === '-::*' || address === '::*' ? '::' : address);
  if (kind === undefined)
    return [
      { reach: 'network', label: `whoever reaches ${address}`, sources: [], certain: false, at: address },
    ];
  if (kind === 'loopback')
    return [
      {
        reach: 'host',
        label: 'this host',
        sources: [address.includes(':') ? '::1/128' : '127.0.0.0/8'],
        certain: true,
        at: address,
      },
    ];
  if (kind === 'unspecified') return wildcard(address.includes(':'), context);
  return [outside(address, context)];
}

function outside(address: string, context: OriginContext): Place {
  const owner = context.hostAddresses?.find((own) => own.address === address);
  const everyone = address.includes(':') ? '::/0' : '0.0.0.0/0';
  if (owner && isContainerBridge(owner.interface)) {
    const network = networkOf(owner.address, owner.prefix);
    return {
      reach: 'container',
      label: `containers on ${owner.interface}`,
      sources: network ? [network] : [],
      certain: true,
      at: address,
    };
  }
  if (kindOf(address) === 'public') {
    return { reach: 'internet', label: 'the Internet', sources: [everyone], certain: true, at: address };
  }
  const network = owner && networkOf(owner.address, owner.prefix);
  return {
    reach: 'network',
    label: network ? `the network ${network} and whoever routes to it` : `whoever routes to ${address}`,
    sources: [network ?? everyone],
    certain: true,
    at: address,
  };
}

function wildcard(six: boolean, context: OriginContext): readonly Place[] {
  const host = {
    reach: 'host',
    label: 'this host',
    sources: [six ? '::1/128' : '127.0.0.0/8'],
    certain: true,
    at: six ? '::1' : '127.0.0.1',
  } as const;
  if (!context.hostAddresses) {
    const label = 'anyone who routes to this host';
    return [
      {
        reach: 'internet',
        label,
        sources: [six ? '::/0' : '0.0.0.0/0'],
        certain: false,
        at: six ? '::' : '0.0.0.0',
      },
      host,
    ];
  }
  const others = context.hostAddresses.filter(({ address }) => {
    const kind = kindOf(address);
    return (
      address.includes(':') === six && kind !== 'loopback' && kind !== 'link-local' && kind !== undefined
    );
  });
  return [...others.map(({ address }) => outside(address, context)), host];
}

const order: readonly Reach[] = ['internet', 'network', 'container', 'host', 'socket'];

/** Rows of the exposure table: who can open a connection, through every layer that we have looked at. */
export function originsOf(
  doors: readonly DoorWay[],
  sockets: readonly Listener[],
  context: OriginContext,
): readonly Origin[] {
  const rows = doors.flatMap((door) => {
    const places = placesOf(door.address, context);
    return (context.refine?.(door, places) ?? places).map((place) => rowOf(door, place, context));
  });
  const unix = sockets.map((socket): Origin => ({
    id: `socket:${socket.address}`,
    reach: 'socket',
    label: `local users${socket.mode ? ` (mode ${socket.mode})` : ''}`,
    sources: [socket.address],
    via: { path: socket.address },
    certainty: 'certain',
    because: ['listens on a unix socket'],
  }));
  return merged([...rows, ...unix]).toSorted(
    (a, b) => order.indexOf(a.reach) - order.indexOf(b.reach) || byText(a.id, b.id),
  );
}

function rowOf(door: DoorWay, place: Place, context: OriginContext): Origin {
  const remote = place.reach !== 'host';
  const port = place.port ?? door.port;
  const turnedAway = remote ? context.refusesOthers : undefined;
  const mayTurnAway = remote ? context.mayRefuseOthers : undefined;
  return {
    id: `${place.reach}:${joinHostPort(place.at, port)}${place.part === undefined ? '' : ` ${place.part}`}`,
    reach: place.reach,
    label: place.label,
    sources: place.sources,
    via: { address: place.at, port, tls: door.tls },
    certainty: place.certain && !mayTurnAway ? 'certain' : 'possible',
    ...(place.refused !== undefined
      ? { refused: place.refused, refusedBy: 'firewall' }
      : turnedAway
        ? { refused: turnedAway }
        : {}),
    because: [
      `listens on ${joinHostPort(door.address, door.port)} (${door.source})`,
      ...(door.tls ? [context.clientCertificate ? 'TLS, and a client certificate is wanted' : 'TLS'] : []),
      ...(mayTurnAway ? [`from 7.0 on it would turn them away (${mayTurnAway})`] : []),
      ...(place.because ?? []),
    ],
  };
}

/** The same people by two families of addresses, or by two lines of settings, are one row. */
function merged(rows: readonly Origin[]): readonly Origin[] {
  const byPeople = new Map<string, Origin>();
  for (const row of rows) {
    const door = 'port' in row.via ? `${row.via.port} ${row.via.tls}` : row.via.path;
    const key = [row.reach, row.label, door, row.certainty, row.refused ?? ''].join('|');
    const had = byPeople.get(key);
    const both = (a: readonly string[], b: readonly string[]): readonly string[] => [
      ...new Set([...a, ...b]),
    ];
    byPeople.set(
      key,
      had
        ? { ...had, sources: both(had.sources, row.sources), because: both(had.because, row.because) }
        : row,
    );
  }
  return [...byPeople.values()];
}
