/**
 * The numbers below `size` in an order that looks random, each once, without a list: a Feistel network over the next
 * even number of bits, walked on until it falls inside (Black and Rogaway, "Ciphers with Arbitrary Finite Domains",
 * 2002). Not a secret order: it spreads a scan over networks, and can be gone on with from any place.
 */
export interface Permutation {
  readonly size: number;
  /** The number at a place; both from 0, below `size`. */
  readonly at: (place: number) => number;
}

const rounds = 4;
/** Numbers are exact up to here: 2^53, less a bit so that the bits are even. */
export const mostPlaces = 2 ** 52;

/** Mixes 32 bits so that each depends on all. Source: the finaliser of MurmurHash3 (public domain). */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * @param seed 0 to 2^32 - 1: the same seed and size give the same order
 * @throws RangeError where `size` is no whole number from 0 to `mostPlaces`
 * @example Array.from({ length: 4 }, (_, place) => permutation(4, 7).at(place)) // 0 to 3, in some order
 */
export function permutation(size: number, seed: number): Permutation {
  if (!Number.isInteger(size) || size < 0 || size > mostPlaces)
    throw new RangeError(`${size} is no number of places, 0 to 2^52`);
  let half = 1;
  while (4 ** half < size) half++;
  const width = 2 ** half;
  const keys = Array.from({ length: rounds }, (_, round) => mixed(seed + Math.imul(round + 1, 0x9e3779b9)));
  const shuffled = (place: number): number => {
    let left = Math.floor(place / width);
    let right = place % width;
    for (const key of keys) [left, right] = [right, (left ^ (mixed(right ^ key) % width)) >>> 0];
    return left * width + right;
  };
  return {
    size,
    at(place) {
      if (!Number.isInteger(place) || place < 0 || place >= size)
        throw new RangeError(`${place} is no place of ${size}`);
      let number = shuffled(place);
      // Fewer than four steps on average: the domain is less than four times as large.
      while (number >= size) number = shuffled(number);
      return number;
    },
  };
}
