/**
 * The one language into which every firewall is read: iptables, nftables, what ufw, firewalld and Docker make of them,
 * and the groups of clouds. It is that of the Linux packet path, reduced to what decides over the first packet of a new
 * TCP connection; what is not understood is kept as `opaque`, with its words and what it depends on.
 */
import type { AddressSet } from './address-set.ts';
import type { Family } from './family.ts';

export type { Family } from './family.ts';

/** Where a rule stands, for a person to find it: a file and a line, or the handle that the kernel gave it. */
export interface Position {
  readonly file?: string;
  readonly line?: number;
  readonly handle?: number;
  /** The rule as it was written, shortened. */
  readonly text: string;
}

/** Closed range of ports, or of other numbers. */
export type PortRange = readonly [from: number, to: number];

/**
 * What an answer depends on when a match cannot be decided beforehand: `rate` (limit, hashlimit, quota), `recent`
 * (who came before), `time`, `mark` (set by something that we do not see), `socket` (owner, cgroup), `content` (string,
 * u32, length), `set` (members that are not known), `interface` (which one is not known), `route`, `other`.
 */
export type Dependence =
  | 'rate'
  | 'recent'
  | 'time'
  | 'mark'
  | 'socket'
  | 'content'
  | 'set'
  | 'interface'
  | 'port'
  | 'route'
  | 'other';

/** One condition of a rule; a rule applies where all of its conditions do. `not` turns it round. */
export type Match =
  | { readonly match: 'source'; readonly addresses: AddressSet; readonly not?: boolean }
  | { readonly match: 'destination'; readonly addresses: AddressSet; readonly not?: boolean }
  /** Numbers as in /etc/protocols; TCP is 6. */
  | { readonly match: 'protocol'; readonly protocols: readonly number[]; readonly not?: boolean }
  | { readonly match: 'source-port'; readonly ports: readonly PortRange[]; readonly not?: boolean }
  | { readonly match: 'destination-port'; readonly ports: readonly PortRange[]; readonly not?: boolean }
  /** Names; a last `+` or `*` stands for any ending. */
  | { readonly match: 'in-interface'; readonly names: readonly string[]; readonly not?: boolean }
  | { readonly match: 'out-interface'; readonly names: readonly string[]; readonly not?: boolean }
  /** `dnat`: its destination was rewritten on the way here. */
  | { readonly match: 'ct-state'; readonly states: readonly CtState[]; readonly not?: boolean }
  | { readonly match: 'ct-status'; readonly status: 'dnat' | 'snat'; readonly not?: boolean }
  /** Destination before any rewriting. */
  | { readonly match: 'original-destination'; readonly addresses: AddressSet; readonly not?: boolean }
  | {
      readonly match: 'original-destination-port';
      readonly ports: readonly PortRange[];
      readonly not?: boolean;
    }
  /** Of SYN, ACK, FIN, RST, URG, PSH as in the TCP header: `(flags & mask) === value`. A first packet has SYN (2) alone. */
  | { readonly match: 'tcp-flags'; readonly mask: number; readonly value: number; readonly not?: boolean }
  | { readonly match: 'mark'; readonly value: number; readonly mask: number; readonly not?: boolean }
  | { readonly match: 'ct-mark'; readonly value: number; readonly mask: number; readonly not?: boolean }
  /** As the kernel routes it: an address of this host, broadcast, multicast, any other. */
  | {
      readonly match: 'destination-type' | 'source-type';
      readonly types: readonly AddressType[];
      /** Only addresses of the interface that it came in by are `local`; others of this host are as any other. */
      readonly own?: boolean;
      readonly not?: boolean;
    }
  /**
   * A packet to its source would leave by the interface that it came in by; `loose`: by any. `local`: a source that is an
   * address of the host itself counts too. `marked`: the packet's mark takes part in the choice of the route.
   */
  | {
      readonly match: 'reverse-path';
      readonly loose: boolean;
      readonly local: boolean;
      readonly marked: boolean;
      readonly not?: boolean;
    }
  /** Who opened the socket of this host that sends it. `without`: it also holds where there is no such socket. */
  | {
      readonly match: 'owner';
      readonly of: 'user' | 'group';
      readonly ids: readonly PortRange[];
      readonly without: boolean;
      readonly not?: boolean;
    }
  /** These bytes stand somewhere in the packet, from its network header on, beginning in this range. */
  | {
      readonly match: 'bytes';
      readonly bytes: readonly number[];
      readonly from: number;
      readonly to: number;
      readonly anyCase: boolean;
      readonly text: string;
      readonly not?: boolean;
    }
  /**
   * Only packets that their sender has made unlike those of a usual client: a pace that no first connection has, a
   * segment size that no network asks for. `on` says in what.
   */
  | { readonly match: 'unusual'; readonly on: Dependence; readonly text: string; readonly not?: boolean }
  /** Any of these lists of conditions: elements of a set of concatenations, keys of a verdict map. */
  | { readonly match: 'any'; readonly of: readonly (readonly Match[])[]; readonly not?: boolean }
  /** Never true for the packets that we ask about: another family, a fragment, an ICMP type. */
  | { readonly match: 'never'; readonly why: string; readonly not?: boolean }
  /** Not understood, or not to be known beforehand: it may be true and it may not. */
  | { readonly match: 'opaque'; readonly on: Dependence; readonly text: string };

export type CtState = 'new' | 'established' | 'related' | 'invalid' | 'untracked';
export type AddressType =
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'unicast'
  | 'anycast'
  | 'blackhole'
  | 'unspecified';

/** What a rule does with what it applies to. */
export type Deed =
  | { readonly deed: 'accept' }
  | { readonly deed: 'drop' }
  /** Refused with an answer: to the asker it is as closed as dropped. */
  | { readonly deed: 'reject' }
  | { readonly deed: 'return' }
  | { readonly deed: 'jump'; readonly chain: string }
  | { readonly deed: 'goto'; readonly chain: string }
  /** Counts, logs, writes into a set: the next rule is next. */
  | { readonly deed: 'go-on' }
  /** `mark = (mark & ~mask) ^ value`, as xmark does. */
  | { readonly deed: 'set-mark'; readonly value: number; readonly mask: number }
  | { readonly deed: 'set-ct-mark'; readonly value: number; readonly mask: number }
  | { readonly deed: 'copy-mark'; readonly from: 'packet' | 'connection'; readonly mask: number }
  /** `to` empty: only the port. Several addresses: one of them. Ends the chain of type nat. */
  | { readonly deed: 'dnat'; readonly to?: AddressSet; readonly port?: PortRange }
  /** To an address of this host itself. */
  | { readonly deed: 'redirect'; readonly port?: PortRange }
  /** Rewrites the source, which nobody of us asks for: ends the chain of type nat. */
  | { readonly deed: 'snat' }
  | { readonly deed: 'notrack' }
  /** Given to a program, or to a target that we do not know: it may be accepted and it may be dropped. */
  | { readonly deed: 'opaque'; readonly on: Dependence; readonly text: string };

export interface Rule {
  readonly when: readonly Match[];
  /** In order; the last one may end the chain. */
  readonly does: readonly Deed[];
  readonly at: Position;
}

export type Hook = 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** A chain that the kernel calls by itself. */
export interface BaseChain {
  readonly hook: Hook;
  readonly type: 'filter' | 'nat' | 'route';
  /** The lower, the sooner: raw -300, mangle -150, dstnat -100, filter 0, security 50, srcnat 100. */
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
  /** Of an ingress chain. */
  readonly device?: string;
}

export interface Chain {
  readonly name: string;
  readonly base?: BaseChain;
  readonly rules: readonly Rule[];
  readonly at: Position;
}

/** Chains that know each other by name. A jump leads to a chain of the same table. */
export interface Table {
  /** `filter` of `ip`, `inet fw4`, … */
  readonly name: string;
  readonly families: readonly Family[];
  readonly chains: readonly Chain[];
}

/** Something that the reader of a rule set should know: what was not understood, or makes no sense. */
export interface RuleProblem {
  readonly at: Position;
  readonly reason: string;
  /** The system itself would not load this. */
  readonly fatal: boolean;
}

export interface RuleSet {
  /** Which program's words these are: `iptables-save`, `nft`, … */
  readonly backend: string;
  readonly tables: readonly Table[];
  readonly problems: readonly RuleProblem[];
}
