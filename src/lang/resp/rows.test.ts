import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder, encode, RowMemory, type DecoderOptions, type RespValue } from './index.ts';
import { LONG_ROW } from './rows.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 5000 : 200;

/** All that a decoder says of a stream that comes in pieces of `size` bytes. */
function read(bytes: Uint8Array, size: number, options: DecoderOptions) {
  const decoder = createDecoder(options);
  const values: RespValue[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    decoder.push(bytes.slice(at, at + size));
    for (let value = decoder.next(); value !== undefined; value = decoder.next()) values.push(value);
  }
  return { values, error: decoder.error, pending: decoder.pending };
}

// Few words, so that rows are often the same, or differ in their last one only.
const word: fc.Arbitrary<RespValue> = fc.oneof(
  fc.constantFrom('get', 'set', 'a longer word than others', ''),
  fc.constantFrom(0, 1, -1, 12_345_678_901),
  fc.constantFrom<RespValue>(null, { kind: 'simple', text: 'fast' }, { kind: 'double', value: 1.5 }),
);
const { row } = fc.letrec<{ row: RespValue; item: RespValue }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 3 },
    word,
    fc.array(word, { maxLength: 3 }),
    tie('row'),
    fc.tuple(tie('row')).map(([value]): RespValue => ({ kind: 'attributed', attributes: [['a', 1]], value })),
  ),
  row: fc
    .tuple(fc.constantFrom('one', 'two'), fc.array(tie('item'), { maxLength: 3 }))
    .map(([name, rest]): RespValue => [name, 2, 'x', 'x', 'x', 'x', 'x', 'x', ...rest]),
}));
const streams = fc
  .array(fc.array(row, { maxLength: 4 }), { minLength: 1, maxLength: 6 })
  .map((replies) => replies.map((reply) => encode(reply)));

describe('rows that were met before', () => {
  it('change nothing, however the network cuts the stream and whatever the limits are', () => {
    fc.assert(
      fc.property(
        streams,
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }),
        fc.record(
          { maxElements: fc.nat(60), maxDepth: fc.nat(6), maxBytes: fc.nat(600), maxBulk: fc.nat(30) },
          { requiredKeys: [] },
        ),
        (replies, sizes, limits) => {
          const rows = new RowMemory();
          for (const [index, bytes] of [...replies, ...replies].entries()) {
            const size = sizes[index % sizes.length] ?? 1;
            expect(read(bytes, size, { limits, rows })).toEqual(read(bytes, size, { limits }));
          }
        },
      ),
      { numRuns },
    );
  });

  it('break where a byte is broken, also in a row that is known but for it', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255), (reply, at, byte) => {
        const rows = new RowMemory();
        const bytes = encode(reply);
        read(bytes, bytes.length, { rows });
        const broken = Uint8Array.from(bytes);
        broken[at % bytes.length] = byte;
        expect(read(broken, bytes.length, { rows })).toEqual(read(broken, bytes.length, {}));
      }),
      { numRuns },
    );
  });

  const long = (name: string, last: RespValue): RespValue => [
    name,
    ...Array.from({ length: LONG_ROW - 2 }, () => 'x'),
    last,
  ];

  it('are one and the same value where the bytes are the same', () => {
    const options = { rows: new RowMemory() };
    const values = [
      [long('get', 1), long('ttl', 1)],
      [long('ttl', 1), long('get', 2), long('get', 1)],
    ].map((reply) => read(encode(reply), 1000, options).values[0] as readonly RespValue[]);
    expect(values[1]?.[0]).toBe(values[0]?.[1]);
    expect(values[1]?.[2]).toBe(values[0]?.[0]);
    expect(values[1]?.[1]).toEqual(long('get', 2));
  });

  it.each<[string, NonNullable<DecoderOptions['limits']>, readonly RespValue[]]>([
    // The reply itself, its row, and what is in that: 1 + 9 + 5 elements.
    ['elements', { maxElements: 15 }, ['one more', long('get', [1, 2, 3, 4, 5])]],
    ['depth', { maxDepth: 3 }, [[long('get', [1, 2, 3, 4, 5])]]],
    ['bytes', { maxBytes: 90 }, ['x'.repeat(20), long('get', [1, 2, 3, 4, 5])]],
  ])('are judged by the limit on %s as if they were new', (_, limits, reply) => {
    const options = { limits, rows: new RowMemory() };
    const known = encode([long('get', [1, 2, 3, 4, 5])]);
    expect(read(known, 1000, options).error).toBeUndefined();
    const seen = read(encode(reply), 1000, options);
    expect(seen.error).toMatchObject({ kind: 'limit' });
    expect(seen).toEqual(read(encode(reply), 1000, { limits }));
  });

  it('are nothing to a decoder of other settings', () => {
    const rows = new RowMemory();
    const bytes = encode([long('é', 1)]);
    const [first] = read(bytes, 1000, { rows }).values;
    for (const options of [
      { strings: 'latin1' },
      { strings: 'buffer' },
      { limits: { maxBulk: 9 } },
    ] as const) {
      const [other] = read(bytes, 1000, { ...options, rows }).values;
      expect(other).toEqual(read(bytes, 1000, options).values[0]);
      expect((other as readonly RespValue[])[0]).not.toBe((first as readonly RespValue[])[0]);
    }
  });

  it('are forgotten rather than to fill the memory', () => {
    const rows = new RowMemory();
    for (let n = 0; n < 400; n++) {
      const reply = Array.from({ length: 20 }, (_, i) => long(`${n} ${i}`, 'x'.repeat(1000)));
      read(encode(reply), 1 << 16, { rows });
      expect(rows.bytes).toBeLessThanOrEqual(2 << 20);
    }
    expect(rows.bytes).toBeGreaterThan(0);
  });
});
