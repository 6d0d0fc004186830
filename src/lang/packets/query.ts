import type { AddressSet } from './address-set.ts';
import type { Dependence, Family, PortRange, Position } from './rule.ts';

/** The host as its rules see it. */
export interface Topology {
  readonly interfaces: readonly Interface[];
  /** Further addresses of the host itself, on no interface of the list. */
  readonly local?: readonly string[];
  /** Whether it forwards what is not for itself; absent: it does. */
  readonly forwarding?: boolean;
  /** Whether it takes packets for 127.0.0.0/8 from outside (`net.ipv4.conf.*.route_localnet`); absent: not known. */
  readonly routeLocalnet?: boolean;
  /** Routes beside these decide over some packets: those of policy routing, or such that refuse. Absent: none do. */
  readonly otherRoutes?: boolean;
  /** Who opened the socket that is asked for; absent: not known. */
  readonly listener?: { readonly user: number; readonly group: number };
}

export interface Interface {
  readonly name: string;
  /** Its own addresses, without prefix. */
  readonly addresses: readonly string[];
  /** Who may come in by it, CIDR; absent: anybody (a default route, or spoofed). */
  readonly from?: readonly string[];
  /** Who is behind it, CIDR: where packets for them go out. `lo` has none. */
  readonly networks?: readonly string[];
}

/** Asks who can open a TCP connection: its first packet, but for where it comes from. */
export interface Query {
  readonly family: Family;
  /** Address that the stranger asks for. */
  readonly destination: string;
  readonly port: number;
  /** The interface that it comes in by; `lo`: from this host itself. */
  readonly inInterface: string;
  /** Sources of interest; all where absent. */
  readonly sources?: AddressSet;
}

/** Where a packet ends up that gets through: the host itself, or behind it. */
export interface Arrival {
  /** After all rewriting. */
  readonly destination: string;
  readonly port: number;
  readonly local: boolean;
}

/** Sources that share an answer, with the rule that decides over them. */
export interface Answer {
  readonly sources: AddressSet;
  readonly reach: 'certain' | 'no' | 'depends';
  /** The rule that accepted or refused in the end; the chain's policy where no rule did. */
  readonly because: Position;
  /** For `depends`: what on. */
  readonly on: readonly Dependence[];
  /**
   * For `certain`: it gets in only from these ports of its own. The caller picks them, so who wants to gets in; a client
   * that lets its system choose may be refused. Absent: from every port from 1024 up.
   */
  readonly sourcePorts?: readonly PortRange[];
  /** For `certain` and `depends`. */
  readonly arrival?: Arrival;
}
