import type { Family, RuleProblem } from '../../../lang/packets/index.ts';

/** One set of the kernel, as `ipset save` writes it. */
export interface IpSet {
  readonly name: string;
  /** `hash:net`, `hash:ip,port`, `list:set`, … */
  readonly type: string;
  /** What each part of an element is: `ip`, `net`, `port`, `iface`, `mark`, `mac`, `set`. */
  readonly parts: readonly string[];
  /** None for types that hold no address. */
  readonly family: Family | undefined;
  /** Length of the prefix that is looked at, where the set was made with one. */
  readonly netmask: number | undefined;
  readonly markmask: number;
  /** By their text: no element is twice in a set. */
  readonly elements: ReadonlyMap<string, IpSetElement>;
}

export interface IpSetElement {
  /** Leaves out what a wider element holds. */
  readonly nomatch: boolean;
  readonly line: number;
}

export interface IpSets {
  readonly sets: ReadonlyMap<string, IpSet>;
  readonly problems: readonly RuleProblem[];
}
