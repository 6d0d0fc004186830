export type { AddressNumber } from './address-number.ts';
export { readAddress, writeAddress } from './address-number.ts';
export type { AddressSet } from './address-set.ts';
export {
  allOf,
  emptySet,
  fromCidr,
  fromRange,
  fromRanges,
  fromTexts,
  isAll,
  isEmpty,
} from './address-set.ts';
export { lintRuleSets } from './lint.ts';
export type { Mistake, MistakeKind } from './mistake.ts';
export type { Answer, Arrival, Interface, Query, Topology } from './query.ts';
export { reach } from './reach.ts';
export type * from './rule.ts';
export {
  areDisjoint,
  complement,
  contains,
  equals,
  intersect,
  isWithin,
  subtract,
  union,
} from './set-algebra.ts';
export { addressAt, sizeOf, toCidrs, toRanges } from './set-text.ts';
