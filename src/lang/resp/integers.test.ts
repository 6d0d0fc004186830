import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder, type RespValue } from './index.ts';

const runs = process.env.KEYWARD_DEEP ? 20_000 : 300;

/** What comes of these bytes in chunks of this size: the reply, or what is wrong and where. */
function decoded(bytes: Buffer, size: number): unknown {
  const decoder = createDecoder();
  let reply: RespValue | undefined;
  for (let at = 0; at < bytes.length; at += size) {
    decoder.push(bytes.subarray(at, at + size));
    reply ??= decoder.next();
  }
  return reply ?? decoder.error ?? decoder.pending.waitingFor;
}

const array = (lines: readonly string[]): Buffer =>
  Buffer.from(`*${lines.length}\r\n${lines.map((line) => `:${line}\r\n`).join('')}`, 'latin1');

/** Of every length, so that none is likelier for being larger. */
const integer = fc
  .tuple(fc.integer({ min: 1, max: 15 }), fc.maxSafeNat(), fc.boolean())
  .map(([digits, number, negative]) => {
    const value = Number(String(number).padStart(16, '7').slice(-digits));
    return negative ? 0 - value : value;
  });

describe('a long array of integers', () => {
  it('is the same numbers, whole and byte by byte', () => {
    fc.assert(
      fc.property(fc.array(integer, { minLength: 30, maxLength: 80 }), (numbers) => {
        const bytes = array(numbers.map(String));
        expect(decoded(bytes, bytes.length)).toEqual(numbers);
        expect(decoded(bytes, 1)).toEqual(numbers);
      }),
      { numRuns: runs },
    );
  });

  it.each([
    ['every power of ten', Array.from({ length: 16 }, (_, power) => 10 ** power)],
    ['all digits nine', Array.from({ length: 15 }, (_, length) => Number('9'.repeat(length + 1)))],
    ['zeros', Array.from({ length: 9 }, () => 0)],
  ])('may hold %s', (_, some) => {
    const numbers = Array.from({ length: 8 }, () => [...some, ...some.map((one) => 0 - one)]).flat();
    expect(decoded(array(numbers.map(String)), 1 << 16)).toEqual(numbers);
  });

  it.each([
    '',
    '-',
    '+1',
    '-0',
    '00',
    '01',
    '-01',
    '1a',
    '12a4',
    '1234a',
    '12345678a',
    '1234567890123456789012',
    '12:4',
    '123/',
    '\xb1\xb2\xb3\xb4',
    '1\n',
  ])('is refused, or read, for "%s" in it as it is byte by byte', (odd) => {
    const bytes = array([
      ...Array.from({ length: 40 }, (_, i) => String(i * 7919)),
      odd,
      ...Array.from({ length: 40 }, () => '7'),
    ]);
    expect(decoded(bytes, bytes.length)).toEqual(decoded(bytes, 1));
    expect(decoded(bytes, bytes.length)).toMatchObject(odd === '+1' ? {} : { kind: 'protocol' });
  });

  it('is judged alike whole and byte by byte, whatever one byte of it becomes', () => {
    fc.assert(
      fc.property(
        fc.array(integer, { minLength: 33, maxLength: 50 }),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        (numbers, at, byte) => {
          const bytes = array(numbers.map(String));
          bytes[at % bytes.length] = byte;
          expect(decoded(bytes, bytes.length)).toEqual(decoded(bytes, 1));
        },
      ),
      { numRuns: runs },
    );
  });
});
