import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atoi, cString, decodeText, encodeText, lowerAscii, strictInteger, strtoll } from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

describe('text that loses no byte', () => {
  it.each([
    ['plain', [0x61, 0x62], 'ab'],
    ['UTF-8', [0xc3, 0xa9], 'é'],
    ['a byte that is none', [0x61, 0xff, 0x62], 'a\udcffb'],
    ['a character cut short', [0xe2, 0x82], '\udce2\udc82'],
    ['a surrogate written as UTF-8', [0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    ['an overlong slash', [0xc0, 0xaf], '\udcc0\udcaf'],
    ['a byte order mark', [0xef, 0xbb, 0xbf], '\ufeff'],
    ['the replacement character itself', [0xef, 0xbf, 0xbd, 0xff], '\ufffd\udcff'],
  ])('%s', (_, bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(text);
    expect([...encodeText(text)]).toEqual(bytes);
  });

  it('a surrogate that stands for no byte is written as U+FFFD', () => {
    expect([...encodeText('\ud800')]).toEqual([0xef, 0xbf, 0xbd]);
  });

  it('gives back any bytes', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x9f, 0xa0, 0xbf));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 24 }), (bytes) => {
        expect([...encodeText(decodeText(Uint8Array.from(bytes)))]).toEqual(bytes);
      }),
      { numRuns },
    );
  });
});

describe('characters', () => {
  it('only A to Z have a lower case', () =>
    expect(lowerAscii('ÀBCİK\u212a')).toBe('ÀbcİK\u212a'.replace('K', 'k')));
  it('a NUL ends a string', () => expect(cString('a\0b')).toBe('a'));
});

describe('integers', () => {
  it.each(['0', '-1', '7', '9223372036854775807', '-9223372036854775808'])('%s is one', (text) =>
    expect(strictInteger(text)).toBe(BigInt(text)),
  );
  it.each(['', '-', '-0', '00', '01', '+1', ' 1', '1 ', '9223372036854775808', '1'.repeat(1000)])(
    '%j is none',
    (text) => expect(strictInteger(text)).toBeUndefined(),
  );

  it.each([
    [' \t\v12kb', 12n, 'kb', false],
    ['+7', 7n, '', false],
    ['-', 0n, '-', false],
    ['8\x009', 8n, '', false],
    ['-9223372036854775809', -(2n ** 63n), '', true],
    ['9'.repeat(1000), 2n ** 63n - 1n, '', true],
  ])('strtoll(%j)', (text, value, rest, overflow) =>
    expect(strtoll(text)).toEqual({ value, rest, overflow }),
  );
  it('strtoll reads octal', () => expect(strtoll('0779', 8)).toMatchObject({ value: 63n, rest: '9' }));

  it.each([
    ['4294967296', 0],
    ['2147483648', -2147483648],
    ['99999999999999999999', -1],
    ['-99999999999999999999', 0],
    ['x', 0],
  ])('atoi(%j) wraps to %i', (text, value) => expect(atoi(text)).toBe(value));

  it('any number of 64 bits is read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(strictInteger(value.toString())).toBe(value);
        expect(strtoll(value.toString()).value).toBe(value);
      }),
      { numRuns },
    );
  });
});
