/** Closed ranges of numbers, and addresses as numbers. */
import type { AddressSet } from '../../../lang/packets/address-set.ts';
import type { Family } from '../../../lang/packets/rule.ts';

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

/** `packed`: first and last IPv4 address in turn, in any order; fast for a million. */
export function addressSet(
  family: Family,
  ranges: readonly Range[],
  packed: readonly number[] = [],
): AddressSet {
  if (family === 'ipv6') return { family, bounds: merged(ranges).flat() };
  const starts = new Float64Array(packed.length / 2 + ranges.length);
  const ends = new Float64Array(starts.length);
  let count = 0;
  let sorted = true;
  const put = (from: number, to: number): void => {
    if (count > 0 && from < (starts[count - 1] ?? 0)) sorted = false;
    starts[count] = from;
    ends[count++] = to;
  };
  for (let at = 0; at < packed.length; at += 2) put(packed[at] ?? 0, packed[at + 1] ?? 0);
  for (const [from, to] of ranges) put(Number(from), Number(to));
  // Where ranges overlap, the order of their ends does not matter: a merge only asks for the furthest one so far,
  // and that is found by counting starts against ends.
  if (!sorted) {
    starts.sort();
    ends.sort();
  } else for (let at = 1; at < count; at++) if ((ends[at] ?? 0) < (ends[at - 1] ?? 0)) sorted = false;
  if (!sorted) ends.sort();
  const bounds = new Float64Array(2 * count);
  let size = 0;
  let open = starts[0] ?? 0;
  for (let at = 0; at < count; at++) {
    const end = ends[at] ?? 0;
    const next = at + 1 < count ? (starts[at + 1] ?? 0) : Infinity;
    if (next <= end + 1) continue;
    bounds[size++] = open;
    bounds[size++] = end;
    open = next;
  }
  return { family, bounds: bounds.slice(0, size) };
}

/** IPv4 in dotted quads at `start`, as `16 * address + its length in text`; -1 where there is none. */
export function scanIpv4(text: string, start: number): number {
  let at = start;
  let value = 0;
  for (let part = 0; part < 4; part++) {
    let octet = 0;
    let digits = 0;
    for (;;) {
      const code = text.charCodeAt(at) - 48;
      if (!(code >= 0 && code <= 9)) break;
      octet = octet * 10 + code;
      digits++;
      at++;
    }
    if (digits === 0 || digits > 3 || octet > 255) return -1;
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
