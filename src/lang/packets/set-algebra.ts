import { type AddressNumber, endOf, readAddress } from './address-number.ts';
import { type AddressSet, emptySet, isAll, isEmpty } from './address-set.ts';

type Bounds = AddressSet['bounds'];

/** How many bounds are at or below this number; odd: it is in the set. */
export function boundsUpTo(bounds: ArrayLike<AddressNumber>, value: AddressNumber): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] as AddressNumber) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Walks both at once; bit `inA + 2 * inB` of `table` says whether the result has what is in A and in B like that. */
function sweep(a: AddressSet, b: AddressSet, table: number): AddressSet {
  const [left, right] = [a.bounds, b.bounds];
  const most = left.length + right.length;
  const out: AddressNumber[] | Float64Array = a.family === 'ipv4' ? new Float64Array(most) : [];
  let size = 0;
  let within = 0;
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const x = left[i];
    const y = right[j];
    const here = y === undefined || (x !== undefined && x <= y) ? (x as AddressNumber) : y;
    if (x === here) i++;
    if (y === here) j++;
    const now = (table >> ((i & 1) | ((j & 1) << 1))) & 1;
    if (now !== within) {
      out[size++] = here as never;
      within = now;
    }
  }
  return { family: a.family, bounds: out.slice(0, size) as Bounds };
}

/** What of a small set is in (or, turned round, not in) a big one, without walking the big one. */
function lookUp(small: AddressSet, big: Bounds, turned: boolean): AddressSet {
  const out: AddressNumber[] = [];
  for (let index = 0; index < small.bounds.length; index += 2) {
    const from = small.bounds[index] as AddressNumber;
    const to = small.bounds[index + 1] as AddressNumber;
    let at = boundsUpTo(big, from);
    let within = (at & 1) === (turned ? 0 : 1);
    if (within) out.push(from);
    for (; at < big.length && (big[at] as AddressNumber) < to; at++) {
      out.push(big[at] as AddressNumber);
      within = !within;
    }
    if (within) out.push(to);
  }
  return {
    family: small.family,
    bounds: small.family === 'ipv4' ? new Float64Array(out as number[]) : (out as bigint[]),
  };
}

const muchSmaller = (a: AddressSet, b: AddressSet): boolean => a.bounds.length * 16 < b.bounds.length;
const disjointFamilies = (a: AddressSet, b: AddressSet): boolean => a.family !== b.family;

/** In either. Sets of two families have no union: the first is given. */
export function union(a: AddressSet, b: AddressSet): AddressSet {
  if (isEmpty(b) || disjointFamilies(a, b)) return a;
  return isEmpty(a) ? b : sweep(a, b, 0b1110);
}

/** In both. */
export function intersect(a: AddressSet, b: AddressSet): AddressSet {
  if (isEmpty(a) || isEmpty(b) || disjointFamilies(a, b)) return emptySet(a.family);
  if (a === b || isAll(b)) return a;
  if (isAll(a)) return b;
  if (muchSmaller(a, b)) return lookUp(a, b.bounds, false);
  return muchSmaller(b, a) ? lookUp(b, a.bounds, false) : sweep(a, b, 0b1000);
}

/** In the first and not in the second. */
export function subtract(a: AddressSet, b: AddressSet): AddressSet {
  if (isEmpty(a) || isEmpty(b) || disjointFamilies(a, b)) return a;
  if (a === b) return emptySet(a.family);
  return muchSmaller(a, b) ? lookUp(a, b.bounds, true) : sweep(a, b, 0b0010);
}

/** All of its family that are not in it. */
export function complement(set: AddressSet): AddressSet {
  const { family, bounds } = set;
  const end = endOf(family);
  const [atStart, atEnd] = [!bounds[0] && bounds.length > 0, bounds.at(-1) === end];
  const kept = bounds.slice(atStart ? 1 : 0, atEnd ? -1 : undefined);
  if (family === 'ipv4') {
    const out = new Float64Array(kept.length + (atStart ? 0 : 1) + (atEnd ? 0 : 1));
    out.set(kept as Float64Array, atStart ? 0 : 1);
    if (!atEnd) out[out.length - 1] = end as number;
    return { family, bounds: out };
  }
  return {
    family,
    bounds: [...(atStart ? [] : [0n]), ...(kept as bigint[])].concat(atEnd ? [] : [end as bigint]),
  };
}

/** Whether an address, as text or number, is in the set. */
export function contains(set: AddressSet, address: string | AddressNumber): boolean {
  if (typeof address !== 'string') return (boundsUpTo(set.bounds, address) & 1) === 1;
  const read = readAddress(address);
  return read?.family === set.family && (boundsUpTo(set.bounds, read.value) & 1) === 1;
}

export function equals(a: AddressSet, b: AddressSet): boolean {
  if (a.family !== b.family || a.bounds.length !== b.bounds.length) return false;
  for (let index = 0; index < a.bounds.length; index++) if (a.bounds[index] !== b.bounds[index]) return false;
  return true;
}

/** Whether all of the first is in the second. */
export const isWithin = (a: AddressSet, b: AddressSet): boolean => isEmpty(subtract(a, b));

/** Whether they have no address in common. */
export const areDisjoint = (a: AddressSet, b: AddressSet): boolean => isEmpty(intersect(a, b));
