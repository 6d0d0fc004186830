import { type AddressNumber, before, bitsOf, writeAddress } from './address-number.ts';
import type { AddressSet } from './address-set.ts';

/** How many addresses are in it. */
export function sizeOf({ bounds }: AddressSet): bigint {
  let size = 0n;
  for (let index = 0; index < bounds.length; index += 2)
    size += BigInt(bounds[index + 1] as AddressNumber) - BigInt(bounds[index] as AddressNumber);
  return size;
}

/** The address at this place of the set in rising order, from 0; nothing beyond its end. */
export function addressAt({ bounds }: AddressSet, place: number | bigint): string | undefined {
  let left = BigInt(place);
  if (left < 0n) return undefined;
  for (let index = 0; index < bounds.length; index += 2) {
    const from = bounds[index] as AddressNumber;
    const size = BigInt(bounds[index + 1] as AddressNumber) - BigInt(from);
    if (left < size) return writeAddress(typeof from === 'number' ? from + Number(left) : from + left);
    left -= size;
  }
  return undefined;
}

/** Its ranges as text, both ends in them, in rising order. */
export function toRanges({ bounds }: AddressSet): readonly (readonly [from: string, to: string])[] {
  return Array.from({ length: bounds.length >> 1 }, (_, index) => [
    writeAddress(bounds[2 * index] as AddressNumber),
    writeAddress(before(bounds[2 * index + 1] as AddressNumber)),
  ]);
}

/**
 * The fewest networks that make up the set, in rising order; an address alone is written without a prefix.
 *
 * @example toCidrs(fromRange('10.0.0.0', '10.0.0.2')) // ['10.0.0.0/31', '10.0.0.2']
 */
export function toCidrs({ family, bounds }: AddressSet): readonly string[] {
  const out: string[] = [];
  const bits = bitsOf(family);
  for (let index = 0; index < bounds.length; index += 2) {
    let from = BigInt(bounds[index] as AddressNumber);
    const to = BigInt(bounds[index + 1] as AddressNumber);
    while (from < to) {
      let host = 0;
      while (host < bits && ((from >> BigInt(host)) & 1n) === 0n && from + (1n << BigInt(host + 1)) <= to)
        host++;
      const text = writeAddress(family === 'ipv4' ? Number(from) : from);
      out.push(host === 0 ? text : `${text}/${bits - host}`);
      from += 1n << BigInt(host);
    }
  }
  return out;
}
