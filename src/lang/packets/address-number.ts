import type { Family } from './family.ts';

/** An address as a number: below 2^32 for IPv4, a bigint below 2^128 for IPv6. */
export type AddressNumber = number | bigint;

/** How many addresses a family has: the first number that is none. */
export const endOf = (family: Family): AddressNumber => (family === 'ipv4' ? 2 ** 32 : 1n << 128n);

/** How many bits an address of a family has. */
export const bitsOf = (family: Family): 32 | 128 => (family === 'ipv4' ? 32 : 128);

/** The number after this one. */
export const after = (value: AddressNumber): AddressNumber =>
  typeof value === 'number' ? value + 1 : value + 1n;

/** The number before this one. */
export const before = (value: AddressNumber): AddressNumber =>
  typeof value === 'number' ? value - 1 : value - 1n;

/**
 * A dotted quad without leading zeros as a number, or -1. Written by hand: sets of a million elements go through it.
 *
 * @example readIpv4('10.0.0.1') // 167772161
 */
export function readIpv4(text: string, from = 0, to = text.length): number {
  let value = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0 || ++dots > 3) return -1;
      value = value * 256 + part;
      part = 0;
      digits = 0;
    } else if (code >= 48 && code <= 57) {
      if (digits > 0 && part === 0) return -1;
      part = part * 10 + code - 48;
      digits++;
      if (part > 255) return -1;
    } else return -1;
  }
  return dots === 3 && digits > 0 ? value * 256 + part : -1;
}

const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};

/**
 * IPv6 in any of its spellings, without zone and prefix, as a number.
 *
 * @example readIpv6('::1') // 1n
 */
export function readIpv6(text: string): bigint | undefined {
  if (text.length < 2 || text.length > 45) return undefined;
  const groups = [0, 0, 0, 0, 0, 0, 0, 0];
  let count = 0;
  let gap = -1;
  let at = 0;
  if (text.charCodeAt(0) === 58) {
    if (text.charCodeAt(1) !== 58) return undefined;
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    let value = 0;
    const start = at;
    for (; at < text.length; at++) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (at < text.length && text.charCodeAt(at) === 46) {
      const carried = readIpv4(text, start);
      if (carried < 0 || count > 6) return undefined;
      groups[count++] = Math.floor(carried / 65536);
      groups[count++] = carried % 65536;
      at = text.length;
      break;
    }
    if (at === start || at - start > 4 || count > 7) return undefined;
    groups[count++] = value;
    if (at === text.length) break;
    if (text.charCodeAt(at) !== 58) return undefined;
    at++;
    if (text.charCodeAt(at) === 58) {
      if (gap >= 0) return undefined;
      gap = count;
      at++;
    } else if (at === text.length) return undefined;
  }
  if (gap < 0 ? count !== 8 : count > 7) return undefined;
  if (gap >= 0) {
    const moved = groups.slice(gap, count);
    groups.fill(0, gap);
    for (const [index, value] of moved.entries()) groups[8 - moved.length + index] = value;
  }
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  // Three groups fit a number exactly, and numbers are much faster than bigints.
  const high = a * 2 ** 32 + b * 65536 + c;
  const middle = d * 2 ** 32 + e * 65536 + f;
  return (BigInt(high) << 80n) | (BigInt(middle) << 32n) | BigInt(g * 65536 + h);
}

/**
 * The number of an address. Strict: no leading zeros, no zone, no prefix.
 *
 * @example readAddress('0.0.1.0') // { family: 'ipv4', value: 256 }
 */
export function readAddress(
  text: string,
):
  | { readonly family: 'ipv4'; readonly value: number }
  | { readonly family: 'ipv6'; readonly value: bigint }
  | undefined {
  if (text.includes(':')) {
    const value = readIpv6(text);
    return value === undefined ? undefined : { family: 'ipv6', value };
  }
  const value = readIpv4(text);
  return value < 0 ? undefined : { family: 'ipv4', value };
}

/**
 * An address as it is written: IPv6 as RFC 5952 wants it.
 *
 * @example writeAddress(1n) // '::1'
 */
export function writeAddress(value: AddressNumber): string {
  if (typeof value === 'number')
    return `${Math.floor(value / 2 ** 24)}.${Math.floor(value / 65536) % 256}.${Math.floor(value / 256) % 256}.${value % 256}`;
  if (value >> 32n === 0xffffn) return `::ffff:${writeAddress(Number(value & 0xffffffffn))}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  let longest = 1;
  let gap = -1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > longest) {
      longest = end - start;
      gap = start;
    }
  }
  const write = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':');
  return gap < 0 ? write(groups) : `${write(groups.slice(0, gap))}::${write(groups.slice(gap + longest))}`;
}
