/** Closed ranges of numbers, and addresses as numbers. */
import { type AddressSet, type Family, fromRanges } from '../../../lang/packets/index.ts';

export type Range = readonly [from: bigint, to: bigint];

export const lastOf = (family: Family): bigint => (family === 'ipv4' ? 0xffffffffn : (1n << 128n) - 1n);

/** Sorted, disjoint, never adjacent. */
export function merged(ranges: readonly Range[]): readonly Range[] {
  const out: [bigint, bigint][] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const last = out.at(-1);
    if (last !== undefined && from <= last[1] + 1n) {
      if (to > last[1]) last[1] = to;
    } else out.push([from, to]);
  }
  return out;
}

/** Addresses of all ranges, those twice that are in two. */
export function sizeOfRanges(ranges: readonly Range[], packed: readonly number[]): bigint {
  let small = 0;
  for (let at = 0; at < packed.length; at += 2) small += (packed[at + 1] ?? 0) - (packed[at] ?? 0) + 1;
  return ranges.reduce((sum, [from, to]) => sum + (to - from) + 1n, BigInt(small));
}

export function sizeOfSet({ bounds }: AddressSet): bigint {
  let [small, large] = [0, 0n];
  for (let at = 0; at + 1 < bounds.length; at += 2) {
    const [from, to] = [bounds[at], bounds[at + 1]];
    if (typeof from === 'number' && typeof to === 'number') small += to - from;
    else large += BigInt(to ?? 0) - BigInt(from ?? 0);
  }
  return large + BigInt(small);
}

/** Does any of the ranges share something with another? Twice the same is once. */
export function overlap(ranges: readonly Range[], packed: readonly number[] = []): boolean {
  const all: Range[] = [...ranges];
  for (let at = 0; at < packed.length; at += 2)
    all.push([BigInt(packed[at] ?? 0), BigInt(packed[at + 1] ?? 0)]);
  all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return all.some(([from, to], index) => {
    const before = all[index - 1];
    return before !== undefined && from <= before[1] && !(from === before[0] && to === before[1]);
  });
}

/** What of 0..`last` is in none of `ranges`. */
export function complement(ranges: readonly Range[], last: bigint): readonly Range[] {
  const out: Range[] = [];
  let next = 0n;
  for (const [from, to] of merged(ranges)) {
    if (from > next) out.push([next, from - 1n]);
    next = to + 1n;
  }
  if (next <= last) out.push([next, last]);
  return out;
}

export const holds = (ranges: readonly Range[], value: bigint): boolean =>
  ranges.some(([from, to]) => value >= from && value <= to);

/** `packed`: first and last IPv4 address in turn, in any order. */
export function addressSet(
  family: Family,
  ranges: readonly Range[],
  packed: readonly number[] = [],
): AddressSet {
  if (family === 'ipv6') return fromRanges(family, ranges.flat());
  if (ranges.length === 0) return fromRanges(family, packed);
  const ends = [...packed];
  for (const [from, to] of ranges) ends.push(Number(from), Number(to));
  return fromRanges(family, ends);
}

/** IPv4 in dotted quads at `start`, as `16 * address + its length in text`; -1 where there is none. */
export function scanIpv4(text: string, start: number): number {
  let at = start;
  let value = 0;
  for (let part = 0; part < 4; part++) {
    let octet = 0;
    let digits = 0;
    // As the C library reads it: a leading zero makes it octal.
    const base = text.charCodeAt(at) === 48 ? 8 : 10;
    for (;;) {
      const code = text.charCodeAt(at) - 48;
      if (!(code >= 0 && code < base)) break;
      octet = octet * base + code;
      digits++;
      at++;
    }
    if (digits === 0 || digits > 4 || octet > 255) return -1;
    value = value * 256 + octet;
    if (part < 3 && text.charCodeAt(at++) !== 46) return -1;
  }
  return value * 16 + (at - start);
}

export function parseIpv4(word: string): number | undefined {
  const found = scanIpv4(word, 0);
  return found === -1 || found % 16 !== word.length ? undefined : Math.floor(found / 16);
}

export function parseIpv6(word: string): bigint | undefined {
  if (word.length < 2 || word.length > 45) return undefined;
  let text = word;
  const lastColon = text.lastIndexOf(':');
  if (lastColon === -1) return undefined;
  if (text.includes('.', lastColon)) {
    const tail = parseIpv4(text.slice(lastColon + 1));
    if (tail === undefined) return undefined;
    text = `${text.slice(0, lastColon + 1)}${Math.floor(tail / 65536).toString(16)}:${(tail % 65536).toString(16)}`;
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail] = groups;
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const all = [...head, ...Array.from({ length: 8 - given }, () => '0'), ...(tail ?? [])];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return BigInt(`0x${all.map((group) => group.padStart(4, '0')).join('')}`);
}

export function parseAddress(word: string): { readonly family: Family; readonly value: bigint } | undefined {
  if (word.includes(':')) {
    const value = parseIpv6(word);
    return value === undefined ? undefined : { family: 'ipv6', value };
  }
  const value = parseIpv4(word);
  return value === undefined ? undefined : { family: 'ipv4', value: BigInt(value) };
}
