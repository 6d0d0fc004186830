import type { Family } from './rule.ts';

/** A set of addresses of one family: closed ranges, sorted, disjoint, never adjacent. Make and change it by functions. */
export interface AddressSet {
  readonly family: Family;
  /** Numbers of the first and the last address in turn; IPv4 below 2^32, IPv6 below 2^128. */
  readonly bounds: readonly bigint[] | Float64Array;
}
