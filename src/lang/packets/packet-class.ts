import type { AddressNumber } from './address-number.ts';
import { RangeList } from './range-list.ts';
import type { AddressSet } from './address-set.ts';
import type { Topology } from './query.ts';
import type { CtState, Dependence, Family, Hook, PortRange } from './rule.ts';

/** All that is the same for the packets of one class; they differ in the stranger's address only. */
export interface PacketClass {
  /** Of the server, as rewritten up to here. */
  readonly destination: AddressNumber;
  readonly port: number;
  /** Ports that the stranger may have chosen. */
  readonly strangerPorts: readonly PortRange[];
  /** Nothing: a program may have set it. */
  readonly mark: number | undefined;
  readonly ctMark: number | undefined;
  readonly untracked: boolean;
  /** A chain of type nat has decided over the destination; `dnat`: and changed it. */
  readonly bound: boolean;
  readonly dnat: boolean;
  readonly snat: boolean;
  /** The answer to packets that were not tracked. */
  readonly unplaced: boolean;
  /** Their sender has made them unlike those of a usual client. */
  readonly unusual: boolean;
}

/** Where in the kernel packets are. */
export interface Place {
  readonly family: Family;
  readonly hook: Hook;
  readonly type: 'filter' | 'nat' | 'route';
  /** Empty: it has none here. Nothing: which one is not known. */
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
  readonly state: CtState;
  /** Flags of the TCP header. */
  readonly flags: number;
  /** The answer of the server: the stranger is its destination. */
  readonly reply: boolean;
  /** The connection is known to conntrack by now. */
  readonly tracked: boolean;
  /** The stranger's address is rewritten here, and we do not know to what. */
  readonly hidden: boolean;
  readonly original: { readonly destination: AddressNumber; readonly port: number };
  /** Addresses of the host itself. */
  readonly local: AddressSet;
  /** First address of the interface by which it came in, for REDIRECT. */
  readonly ownAddress: AddressNumber | undefined;
  /** The socket of this host that sends them here: of a client, or that of the server. */
  readonly socket: 'none' | 'client' | 'server';
  readonly topology: Topology;
}

/** Packets of one class in one place. `doubts`: what it depends on that they are here (bits, see `doubtOf`). */
export interface Flow {
  readonly packets: PacketClass;
  readonly doubts: number;
  readonly sources: RangeList;
}

export const flowOf = (packets: PacketClass, doubts: number, sources: AddressSet): Flow => ({
  packets,
  doubts,
  sources: new RangeList(sources),
});

const dependences: readonly Dependence[] = [
  'rate',
  'recent',
  'time',
  'mark',
  'socket',
  'content',
  'set',
  'interface',
  'port',
  'route',
  'other',
];

/** The bit of a dependence. */
export const doubtOf = (on: Dependence): number => 1 << Math.max(0, dependences.indexOf(on));

/** The dependences of these bits. */
export const dependencesOf = (doubts: number): readonly Dependence[] =>
  dependences.filter((_, bit) => doubts & (1 << bit));

/** Port 0 can be sent by nobody. */
export const allPorts: readonly PortRange[] = [[1, 65535]];

const keys = new WeakMap<PacketClass, string>();

/** Equal for equal classes. */
export function keyOf(packets: PacketClass): string {
  const known = keys.get(packets);
  if (known !== undefined) return known;
  const { destination, port, strangerPorts, mark, ctMark, untracked, bound, dnat, snat, unplaced, unusual } =
    packets;
  const flags = [untracked, bound, dnat, snat, unplaced, unusual].map(Number).join('');
  const key = `${destination} ${port} ${strangerPorts.join(';')} ${mark} ${ctMark} ${flags}`;
  keys.set(packets, key);
  return key;
}

export const isSameClass = (a: PacketClass, b: PacketClass): boolean => a === b || keyOf(a) === keyOf(b);
