import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressAt,
  type AddressSet,
  allOf,
  areDisjoint,
  complement,
  contains,
  emptySet,
  equals,
  type Family,
  fromCidr,
  fromRange,
  fromRanges,
  fromTexts,
  intersect,
  isAll,
  isEmpty,
  isWithin,
  readAddress,
  sizeOf,
  subtract,
  toCidrs,
  toRanges,
  union,
  writeAddress,
} from './index.ts';
import { RangeList } from './range-list.ts';
import { sortNumbers } from './sort-numbers.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 500;

describe('what is an address', () => {
  it.each([
    '1.2.3',
    '01.2.3.4',
    '1.2.3.256',
    '1.2.3.4.5',
    '1..3.4',
    '',
    '1.2.3.4 ',
    '10',
    '0x1.2.3.4',
    '1.2.3.+4',
  ])('not %j', (text) => expect(readAddress(text)).toBeUndefined());
  it.each([
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    ':1::',
    '1:',
    'fe80::1%eth0',
    '::g',
    '::1.2.3',
    '1:2:3:4:5:6:7::8',
    '::1.2.3.4:5',
  ])('nor %j', (text) => expect(readAddress(text)).toBeUndefined());
  it.each([
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::FFFF:102:304', '::ffff:1.2.3.4'],
    ['64:ff9b::8.8.8.8', '64:ff9b::808:808'],
    ['255.255.255.255', '255.255.255.255'],
  ])('%s is written %s', (text, written) =>
    expect(writeAddress(readAddress(text)?.value ?? -1)).toBe(written),
  );

  it('what is written is what was read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat({ max: 2 ** 32 - 1 }), fc.bigInt(0n, (1n << 128n) - 1n)), (value) => {
        expect(readAddress(writeAddress(value))?.value).toBe(value);
      }),
      { numRuns },
    );
  });
});

describe('networks and ranges', () => {
  it.each([
    ['10.1.2.3/8', [['10.0.0.0', '10.255.255.255']]],
    ['0.0.0.0/0', [['0.0.0.0', '255.255.255.255']]],
    ['10.0.0.0/255.0.0.0', [['10.0.0.0', '10.255.255.255']]],
    ['::1', [['::1', '::1']]],
    ['2001:db8::/32', [['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff']]],
    // A mask with a hole: the last byte is odd in its second bit only.
    [
      '10.0.0.0/255.255.255.253',
      [
        ['10.0.0.0', '10.0.0.0'],
        ['10.0.0.2', '10.0.0.2'],
      ],
    ],
  ] as const)('%s', (text, ranges) => expect(toRanges(fromCidr(text) ?? emptySet('ipv4'))).toEqual(ranges));
  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/-1', '::/129', '/8', '10.0.0.0/8/8', 'x'])(
    '%s is none',
    (text) => expect(fromCidr(text)).toBeUndefined(),
  );
  it('a range has an order and a family', () => {
    expect(fromRange('10.0.0.2', '10.0.0.1')).toBeUndefined();
    expect(fromRange('10.0.0.2', '::1')).toBeUndefined();
    expect(toCidrs(fromRange('10.0.0.1', '10.0.0.6') ?? emptySet('ipv4'))).toEqual([
      '10.0.0.1',
      '10.0.0.2/31',
      '10.0.0.4/31',
      '10.0.0.6',
    ]);
  });
  it('many texts at once; what is none is named by its place', () => {
    const { addresses, bad } = fromTexts('ipv4', [
      '10.0.0.1',
      'x',
      '10.0.0.2-10.0.0.9',
      '::1',
      '10.0.0.0/30',
    ]);
    expect(toRanges(addresses)).toEqual([['10.0.0.0', '10.0.0.9']]);
    expect(bad).toEqual([1, 3]);
  });
});

/** Addresses are drawn from the ends of the family and a small stretch, where everything meets. */
const value = (family: Family): fc.Arbitrary<number | bigint> =>
  family === 'ipv4'
    ? fc.oneof(
        fc.nat({ max: 40 }),
        fc.nat({ max: 3 }).map((near) => 2 ** 32 - 1 - near),
      )
    : fc.oneof(
        fc.bigInt(0n, 20n),
        fc.bigInt(0n, 3n).map((near) => (1n << 128n) - 1n - near),
        fc.bigInt(0n, 3n).map((near) => (1n << 64n) + near),
      );
const ends = (family: Family): fc.Arbitrary<readonly (number | bigint)[]> =>
  fc
    .array(fc.tuple(value(family), value(family)), { maxLength: 12 })
    .map((pairs) => pairs.flatMap(([a, b]) => (a <= b ? [a, b] : [b, a])));
const isIn = (some: readonly (number | bigint)[], one: number | bigint): boolean =>
  some.some((from, index) => index % 2 === 0 && from <= one && one <= (some[index + 1] ?? -1));

describe.each(['ipv4', 'ipv6'] as const)('sets of %s', { timeout: 120_000 }, (family) => {
  const law = (
    check: (a: readonly (number | bigint)[], b: readonly (number | bigint)[], x: number | bigint) => void,
  ): void => fc.assert(fc.property(ends(family), ends(family), value(family), check), { numRuns });
  const of = (some: readonly (number | bigint)[]): AddressSet => fromRanges(family, some);

  it('have the members that were put in, and the operations mean what they say', () => {
    law((a, b, x) => {
      const [inA, inB] = [isIn(a, x), isIn(b, x)];
      expect(contains(of(a), x)).toBe(inA);
      expect(contains(of(a), writeAddress(x))).toBe(inA);
      expect(contains(union(of(a), of(b)), x)).toBe(inA || inB);
      expect(contains(intersect(of(a), of(b)), x)).toBe(inA && inB);
      expect(contains(subtract(of(a), of(b)), x)).toBe(inA && !inB);
      expect(contains(complement(of(a)), x)).toBe(!inA);
    });
  });

  it('have one form only', () => {
    law((a, b) => {
      const [left, right] = [of(a), of(b)];
      expect(equals(union(left, right), of([...a, ...b]))).toBe(true);
      expect(equals(intersect(left, right), complement(union(complement(left), complement(right))))).toBe(
        true,
      );
      expect(equals(subtract(left, right), intersect(left, complement(right)))).toBe(true);
      expect(equals(complement(complement(left)), left)).toBe(true);
      expect(isAll(union(left, complement(left)))).toBe(true);
      expect(isEmpty(intersect(left, complement(left)))).toBe(true);
      expect(isWithin(left, right)).toBe(equals(union(left, right), right));
      expect(areDisjoint(left, right)).toBe(isEmpty(intersect(left, right)));
      const { bounds } = union(left, right);
      for (let index = 1; index < bounds.length; index++)
        expect((bounds[index] ?? 0) > (bounds[index - 1] ?? 0)).toBe(true);
    });
  });

  it('are found back in their networks, and every address at its place', () => {
    law((a) => {
      const set = of(a);
      expect(equals(fromTexts(family, toCidrs(set)).addresses, set)).toBe(true);
      const sizes = toCidrs(set).map((text) => sizeOf(fromCidr(text) ?? emptySet(family)));
      expect(sizes.reduce((sum, size) => sum + size, 0n)).toBe(sizeOf(set));
      expect(addressAt(set, sizeOf(set))).toBeUndefined();
      if (!isEmpty(set)) expect(addressAt(set, 0)).toBe(toRanges(set)[0]?.[0]);
      if (!isEmpty(set)) expect(addressAt(set, sizeOf(set) - 1n)).toBe(toRanges(set).at(-1)?.[1]);
    });
    expect(sizeOf(allOf(family))).toBe(family === 'ipv4' ? 1n << 32n : 1n << 128n);
  });

  it('of one family have nothing to do with those of the other', () => {
    const other = allOf(family === 'ipv4' ? 'ipv6' : 'ipv4');
    law((a) => {
      expect(isEmpty(intersect(of(a), other))).toBe(true);
      expect(equals(subtract(of(a), other), of(a))).toBe(true);
    });
  });

  it('changed in place, a thousand ranges at a time, are the same as made anew', () => {
    const many = Array.from({ length: 3000 }, (_, index) => {
      const from = family === 'ipv4' ? index * 20 : BigInt(index) * 20n;
      return family === 'ipv4' ? [from, Number(from) + 10] : [from, BigInt(from) + 10n];
    }).flat();
    const step = fc.record({
      add: fc.boolean(),
      from: fc.nat({ max: 61_000 }),
      length: fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 9000 })),
      more: fc.array(fc.nat({ max: 61_000 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const list = new RangeList(of(many));
        let plain = of(many);
        for (const { add, from, length, more } of steps) {
          const flat = [from, from + length, ...more.flatMap((one) => [one, one + 3])];
          const set = of(family === 'ipv4' ? flat : flat.map(BigInt));
          if (add) list.add(set);
          else {
            const kept = list.common(set);
            expect(equals(kept, intersect(plain, set))).toBe(true);
            expect(equals(list.take(set), kept)).toBe(true);
          }
          plain = add ? union(plain, set) : subtract(plain, set);
        }
        expect(equals(list.flat(), plain)).toBe(true);
        expect(list.isEmpty).toBe(isEmpty(plain));
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });
});

it('numbers of 128 bits are put in order', () => {
  const big = fc.oneof(
    fc.bigInt(0n, (1n << 128n) - 1n),
    fc.bigInt(0n, 70_000n),
    fc.bigInt(1n << 90n, (1n << 90n) + 9n),
  );
  fc.assert(
    fc.property(fc.array(big), (some) => {
      // Enough of them for the way of the many.
      const values = Array.from({ length: 150 }, (_, index) =>
        some.map((one) => one ^ BigInt(index * index)),
      ).flat();
      expect(sortNumbers(values)).toEqual(values.toSorted((a, b) => (a < b ? -1 : Number(a > b))));
    }),
    { numRuns: numRuns / 10 },
  );
});
