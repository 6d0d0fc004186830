import { describe, expect, it } from 'vitest';
import { mostPlaces, permutation } from './permutation.ts';

describe('an order that looks random', () => {
  it.each([0, 1, 2, 3, 4, 5, 16, 17, 255, 256, 257, 4095, 65_536, 100_003])(
    'of %d numbers has each once',
    (size) => {
      const order = permutation(size, 42);
      const seen = new Uint8Array(size);
      for (let place = 0; place < size; place++) {
        const number = order.at(place);
        seen[number] = (seen[number] ?? 0) + 1;
      }
      expect(seen.every((count) => count === 1)).toBe(true);
    },
  );

  it('is another one for another seed, and the same for the same', () => {
    const order = (seed: number) => Array.from({ length: 64 }, (_, place) => permutation(64, seed).at(place));
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
  });

  it('spreads: of a /16, the first 1,024 addresses lie in most of its 256 networks of 256', () => {
    const order = permutation(65_536, 7);
    const networks = new Set(Array.from({ length: 1024 }, (_, place) => order.at(place) >> 8));
    // 256 × (1 - (255/256)^1024) = 251.3 of a truly random order.
    expect(networks.size).toBeGreaterThan(240);
  });

  it('needs no list: a /8 with twelve ports, at any place, at once', () => {
    const size = 2 ** 24 * 12;
    const order = permutation(size, 3);
    for (const place of [0, 1, size >> 1, size - 1]) expect(order.at(place)).toBeLessThan(size);
  });

  it.each([-1, 1.5, Number.NaN, mostPlaces * 2])('has no %d places', (size) => {
    expect(() => permutation(size, 1)).toThrow(RangeError);
  });

  it('is asked for its places only', () => {
    const order = permutation(8, 1);
    for (const place of [-1, 8, 0.5]) expect(() => order.at(place)).toThrow(RangeError);
  });
});
