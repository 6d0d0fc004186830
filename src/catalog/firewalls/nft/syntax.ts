/** What nft's two notations, native text and JSON, have in common: expressions, statements, and the state they build. */
import type { Pace } from './pace.ts';
import type { Dependence, Position } from '../../../lang/packets/index.ts';

export type Expression =
  /** Not yet looked up: a service, an address, an interface, a state; `*` in a set takes all that is left. */
  | { readonly is: 'word'; readonly word: string; readonly quoted?: boolean }
  | { readonly is: 'number'; readonly value: number | bigint }
  | { readonly is: 'payload'; readonly protocol: string; readonly field: string }
  | { readonly is: 'raw'; readonly base: string; readonly offset: number; readonly length: number }
  | { readonly is: 'meta'; readonly key: string }
  | { readonly is: 'ct'; readonly key: string; readonly direction?: string }
  | { readonly is: 'fib'; readonly result: string; readonly flags: readonly string[] }
  /** Cannot be known beforehand: `osf`, `socket`, `numgen`, a TCP option. */
  | { readonly is: 'unknown'; readonly on: Dependence; readonly text: string }
  | {
      readonly is: 'binary';
      readonly op: BitOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly is: 'prefix'; readonly address: Expression; readonly length: number }
  | { readonly is: 'range'; readonly from: Expression; readonly to: Expression }
  | { readonly is: 'set'; readonly elements: Elements }
  /** `established,related`: flags, taken together. */
  | { readonly is: 'list'; readonly items: readonly Expression[] }
  | { readonly is: 'concat'; readonly parts: readonly Expression[] }
  | { readonly is: 'named'; readonly name: string }
  | { readonly is: 'map'; readonly key: Expression; readonly data: Expression }
  | { readonly is: 'verdict'; readonly verdict: Verdict };

export type BitOperator = '&' | '|' | '^' | '<<' | '>>';
export type Comparison = 'implied' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '!';

/** Elements of a set or a map. IPv4 elements of plain sets are packed: first and last address in turn. */
export interface Elements {
  readonly packed: readonly number[];
  readonly list: readonly Element[];
}

export interface Element {
  readonly key: Expression;
  readonly data?: Expression;
  /** Bound to a rate, a quota or a number of connections. */
  readonly bound?: boolean;
  /** Leaves the set by itself. */
  readonly timeout?: boolean;
}

export type Verdict =
  | { readonly verdict: 'accept' | 'drop' | 'return' | 'continue' | 'queue' }
  | { readonly verdict: 'jump' | 'goto'; readonly chain: string };

export type Statement =
  | { readonly does: 'match'; readonly op: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly does: 'vmap'; readonly key: Expression; readonly data: Expression }
  | { readonly does: 'verdict'; readonly verdict: Verdict }
  | { readonly does: 'notrack' | 'go-on' }
  /** Refused by a message of one family: packets of the other are not its business. */
  | { readonly does: 'reject'; readonly family?: 'ipv4' | 'ipv6' }
  | { readonly does: 'block'; readonly verdict: 'jump' | 'goto'; readonly rules: readonly NftRule[] }
  | { readonly does: 'set-mark'; readonly target: 'mark' | 'ct mark'; readonly value: Expression }
  | {
      readonly does: 'dnat' | 'snat' | 'redirect';
      readonly to?: Expression;
      readonly port?: Expression;
      readonly family?: string;
    }
  /** A rate, a quota, a count: the rest of the rule applies, or it does not. */
  | { readonly does: 'condition'; readonly on: Dependence; readonly text: string }
  /** Writes the packet's address into a set. */
  | {
      readonly does: 'remember';
      readonly set: string;
      /** What is written: a packet that has no such thing does not meet the rest of the rule. */
      readonly key: Expression;
      readonly bound: boolean;
      /** Bound to what each source does by itself. */
      readonly pace?: Pace;
      readonly text: string;
    }
  | { readonly does: 'opaque'; readonly on: Dependence; readonly text: string };

export interface NftRule {
  readonly statements: readonly Statement[];
  readonly at: Position;
}

export interface NftChain {
  readonly name: string;
  hook?: string;
  type?: string;
  priority?: number;
  policy?: 'accept' | 'drop';
  devices: readonly string[];
  rules: NftRule[];
  at: Position;
}

export interface NftSet {
  readonly name: string;
  readonly map: boolean;
  /** May be written to by rules. */
  dynamic: boolean;
  /** Takes elements that overlap: `auto-merge`, or no name. */
  merges: boolean;
  readonly elements: { packed: number[]; list: Element[] };
  readonly at: Position;
}

export interface NftTable {
  readonly family: string;
  readonly name: string;
  dormant: boolean;
  readonly chains: Map<string, NftChain>;
  readonly sets: Map<string, NftSet>;
  readonly at: Position;
}
