/** firewalld's own nouns, as its XML files and its lists both tell them. */
import type { AddressSet, Family, PortRange, Position } from '../../../lang/packets/index.ts';

export interface Named {
  readonly name: string;
  readonly at: Position;
}

/** `6379/tcp`; no range: a name that is looked up elsewhere, or none. */
export interface Port {
  readonly range: PortRange | undefined;
  readonly protocol: string;
  readonly text: string;
}

export interface PortEntry extends Port {
  readonly at: Position;
}

export interface ForwardPort {
  readonly port: Port;
  readonly toPort: string;
  readonly toAddress: string;
}

/** An address with or without prefix, a MAC address, or the name of an ipset. */
export interface Peer {
  readonly address?: string;
  readonly mac?: string;
  readonly ipset?: string;
  readonly not: boolean;
}

export type RichElement =
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'port' | 'source-port'; readonly port: Port }
  | { readonly kind: 'protocol'; readonly value: string }
  | ({ readonly kind: 'forward-port' } & ForwardPort)
  | { readonly kind: 'masquerade' }
  /** Rules about ICMP, and about the size of segments. */
  | { readonly kind: 'icmp-block' | 'icmp-type' | 'tcp-mss-clamp' };

export interface RichAction {
  readonly kind: 'accept' | 'reject' | 'drop' | 'mark';
  readonly limit?: string;
  /** Of `mark`: value and perhaps mask. */
  readonly set?: string;
}

export interface RichRule {
  readonly family?: string;
  readonly priority: number;
  readonly source?: Peer;
  readonly destination?: Peer;
  readonly element?: RichElement;
  readonly logs: boolean;
  readonly action?: RichAction;
  /** Words that are not understood: it depends on them. */
  readonly strange?: string;
  readonly at: Position;
}

export type Target = 'default' | 'accept' | 'reject' | 'drop' | 'continue';

export interface Settings {
  readonly name: string;
  readonly at: Position;
  readonly target: Target;
  readonly services: readonly Named[];
  readonly ports: readonly PortEntry[];
  readonly protocols: readonly Named[];
  readonly sourcePorts: readonly PortEntry[];
  readonly forwardPorts: readonly (ForwardPort & { readonly at: Position })[];
  readonly masquerade: Position | undefined;
  readonly rules: readonly RichRule[];
}

export interface Zone extends Settings {
  readonly interfaces: readonly Named[];
  readonly sources: readonly (Peer & { readonly at: Position })[];
  /** Between its own interfaces and sources. */
  readonly forward: boolean;
  /** From 2.0 on; the lower the sooner. */
  readonly priority: number;
}

export interface Policy extends Settings {
  readonly priority: number;
  readonly ingress: readonly string[];
  readonly egress: readonly string[];
}

export interface Service {
  readonly ports: readonly Port[];
  readonly sourcePorts: readonly Port[];
  readonly protocols: readonly string[];
  readonly includes: readonly string[];
  /** Only for these addresses; empty: for all. */
  readonly destinations: ReadonlyMap<Family, string>;
}

export interface NamedSet {
  readonly family: Family;
  /** As of ipset: `hash:net`, `hash:ip,port`. */
  readonly type: string;
  /** Of types of one address; else nothing. */
  readonly addresses?: AddressSet;
  readonly entries: readonly string[];
  /** More or fewer may be in it than is written. */
  readonly open: boolean;
}
