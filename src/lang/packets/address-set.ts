import { after, type AddressNumber, bitsOf, endOf, readAddress, readIpv4 } from './address-number.ts';
import type { Family } from './family.ts';
import { sortNumbers } from './sort-numbers.ts';

/**
 * A set of addresses of one family. Make it, ask it and change it by functions only: `bounds` are the numbers where
 * membership changes, in rising order, so that ranges are half open, disjoint and never adjacent, and every set has
 * exactly one form.
 */
export interface AddressSet {
  readonly family: Family;
  /** First address that is in, first that is out again, and so on. IPv4 up to 2^32, IPv6 up to 2^128. */
  readonly bounds: Float64Array | readonly bigint[];
}

const nothing: Readonly<Record<Family, AddressSet>> = {
  ipv4: { family: 'ipv4', bounds: new Float64Array(0) },
  ipv6: { family: 'ipv6', bounds: [] },
};
const everything: Readonly<Record<Family, AddressSet>> = {
  ipv4: { family: 'ipv4', bounds: new Float64Array([0, 2 ** 32]) },
  ipv6: { family: 'ipv6', bounds: [0n, 1n << 128n] },
};

export const emptySet = (family: Family): AddressSet => nothing[family];
export const allOf = (family: Family): AddressSet => everything[family];
export const isEmpty = (set: AddressSet): boolean => set.bounds.length === 0;
export const isAll = (set: AddressSet): boolean =>
  set.bounds.length === 2 && !set.bounds[0] && set.bounds[1] === endOf(set.family);

/** Of bounds that are in order already. */
export const ofBounds = (family: Family, bounds: readonly AddressNumber[]): AddressSet => ({
  family,
  bounds: family === 'ipv4' ? new Float64Array(bounds as readonly number[]) : (bounds as readonly bigint[]),
});

/** Both ends are in it. Empty where `to` is before `from`. */
export const ofRange = (family: Family, from: AddressNumber, to: AddressNumber): AddressSet =>
  from > to ? emptySet(family) : ofBounds(family, [from, after(to)]);

/** The network that `value` with `prefix` leading bits lies in. */
export function ofNetwork(family: Family, value: AddressNumber, prefix: number): AddressSet {
  if (family === 'ipv4') {
    const size = 2 ** (32 - prefix);
    const first = Math.floor(Number(value) / size) * size;
    return { family, bounds: new Float64Array([first, first + size]) };
  }
  const shift = BigInt(128 - prefix);
  const first = (BigInt(value) >> shift) << shift;
  return { family, bounds: [first, first + (1n << shift)] };
}

/** Decimal without sign and leading zeros, at most `most`; -1 for all else. */
function readPrefix(text: string, from: number, most: number): number {
  if (text.length === from || text.length > from + 3) return -1;
  let value = 0;
  for (let at = from; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9 || (at > from && value === 0)) return -1;
    value = value * 10 + digit;
  }
  return value <= most ? value : -1;
}

/**
 * An address, or an address with a prefix or (IPv4) a net mask; host bits do not matter. Nothing for what is neither.
 *
 * @example fromCidr('10.1.2.3/8') // the 2^24 addresses from 10.0.0.0
 */
export function fromCidr(text: string): AddressSet | undefined {
  const slash = text.indexOf('/');
  const address = readAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  if (slash < 0) return ofNetwork(address.family, address.value, bitsOf(address.family));
  const prefix = readPrefix(text, slash + 1, bitsOf(address.family));
  if (prefix >= 0) return ofNetwork(address.family, address.value, prefix);
  const mask = address.family === 'ipv4' ? readIpv4(text, slash + 1) : -1;
  return mask < 0 ? undefined : ofMask(Number(address.value), mask);
}

/** IPv4 by a mask, which may have holes; at most 65,536 ranges of them. */
function ofMask(value: number, mask: number): AddressSet | undefined {
  const free = (~mask >>> 0).toString(2).padStart(32, '0');
  const low = free.length - free.replace(/1+$/, '').length;
  const holes = Array.from(free.slice(0, 32 - low), (bit, index) =>
    bit === '1' ? 2 ** (31 - index) : 0,
  ).filter(Boolean);
  if (holes.length > 16) return undefined;
  let starts = [(value & mask) >>> 0];
  for (const hole of holes) starts = starts.flatMap((start) => [start, start + hole]);
  return fromRanges(
    'ipv4',
    starts.flatMap((start) => [start, start + 2 ** low - 1]),
  );
}

/** From one address to another, both in it. Nothing where these are no addresses of one family, or in wrong order. */
export function fromRange(from: string, to: string): AddressSet | undefined {
  const first = readAddress(from);
  const last = readAddress(to);
  if (!first || !last || first.family !== last.family || first.value > last.value) return undefined;
  return ofRange(first.family, first.value, last.value);
}

/**
 * Of many closed ranges: their first and last numbers in turn, in any order, overlapping as they like. Sorts once:
 * a million ranges take a fraction of a second. A range whose end is before its start is left out.
 */
export function fromRanges(family: Family, ends: ArrayLike<AddressNumber>): AddressSet {
  const count = ends.length >> 1;
  const starts: AddressNumber[] | Float64Array = family === 'ipv4' ? new Float64Array(count) : [];
  const stops: AddressNumber[] | Float64Array = family === 'ipv4' ? new Float64Array(count) : [];
  let used = 0;
  let sorted = true;
  let single = true;
  for (let index = 0; index < count; index++) {
    const from = ends[2 * index] as AddressNumber;
    const to = ends[2 * index + 1] as AddressNumber;
    if (from > to) continue;
    if (sorted && used > 0 && !((stops[used - 1] as AddressNumber) < from)) sorted = false;
    if (from !== to) single = false;
    starts[used] = from;
    stops[used] = to;
    used++;
  }
  const low = sorted ? starts : inOrder(starts, used);
  // Where all are single addresses, their ends are their starts.
  const last = single ? low : sorted ? stops : inOrder(stops, used);
  const out: AddressNumber[] | Float64Array = family === 'ipv4' ? new Float64Array(2 * used) : [];
  let size = 0;
  let depth = 0;
  let end = used > 0 ? after(last[0] as AddressNumber) : 0;
  for (let start = 0, stop = 0; stop < used;) {
    // What starts where another ends is one range with it.
    if (start < used && (low[start] as AddressNumber) <= end) {
      if (depth++ === 0) out[size++] = low[start] as never;
      start++;
    } else {
      if (--depth === 0) out[size++] = end as never;
      stop++;
      if (stop < used) end = after(last[stop] as AddressNumber);
    }
  }
  return { family, bounds: out.slice(0, size) as Float64Array | readonly bigint[] };
}

function inOrder(
  values: AddressNumber[] | Float64Array,
  used: number,
): readonly AddressNumber[] | Float64Array {
  if (values instanceof Float64Array) return values.subarray(0, used).toSorted();
  values.length = used;
  return sortNumbers(values as bigint[]);
}

/**
 * Of many texts: addresses, CIDR, or `from-to`. What is none of these, or of the other family, is counted in `bad`
 * by its place.
 */
export function fromTexts(
  family: Family,
  texts: readonly string[],
): { readonly addresses: AddressSet; readonly bad: readonly number[] } {
  const ends: AddressNumber[] = [];
  const bad: number[] = [];
  const many: AddressSet[] = [];
  for (const [index, text] of texts.entries()) {
    const plain = family === 'ipv4' ? readIpv4(text) : -1;
    if (plain >= 0) {
      ends.push(plain, plain);
      continue;
    }
    const dash = text.indexOf('-');
    const set =
      dash < 0 ? fromCidr(text) : fromRange(text.slice(0, dash).trim(), text.slice(dash + 1).trim());
    if (set?.family === family) many.push(set);
    else bad.push(index);
  }
  for (const { bounds } of many)
    for (let index = 0; index < bounds.length; index += 2) {
      const stop = bounds[index + 1] as AddressNumber;
      ends.push(bounds[index] as AddressNumber, typeof stop === 'number' ? stop - 1 : stop - 1n);
    }
  return { addresses: fromRanges(family, ends), bad };
}
