import { describe, expect, it } from 'vitest';
import {
  asItems,
  asPairs,
  asText,
  bare,
  encode,
  encodeCommand,
  errorCode,
  isError,
  type RespValue,
} from './index.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const simple = (value: string): RespValue => ({ kind: 'simple', text: value });

describe('encodeCommand', () => {
  it.each([
    [['PING'], '*1\r\n$4\r\nPING\r\n'],
    [['SET', 'k', ''], '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n'],
    [['GET', 'é'], '*2\r\n$3\r\nGET\r\n$2\r\n\xc3\xa9\r\n'],
    [['GET', Uint8Array.of(0, 13, 10, 255)], '*2\r\n$3\r\nGET\r\n$4\r\n\0\r\n\xff\r\n'],
    [
      ['ECHO', 'x\r\n*1\r\n$8\r\nFLUSHALL\r\n'],
      '*2\r\n$4\r\nECHO\r\n$21\r\nx\r\n*1\r\n$8\r\nFLUSHALL\r\n\r\n',
    ],
  ])('%j', (args, wire) => expect(text(encodeCommand(args))).toBe(wire));

  it('of long arguments', () => {
    const long = 'é'.repeat(100_000);
    expect(text(encodeCommand(['a', long, Buffer.from(long)]))).toHaveLength(4 + 7 + 2 * (9 + 200_000 + 2));
  });
});

describe('encode', () => {
  const cases: readonly (readonly [RespValue, resp3: string, resp2: string])[] = [
    [null, '_\r\n', '$-1\r\n'],
    [true, '#t\r\n', ':1\r\n'],
    [false, '#f\r\n', ':0\r\n'],
    [-7, ':-7\r\n', ':-7\r\n'],
    [2n ** 62n, ':4611686018427387904\r\n', ':4611686018427387904\r\n'],
    ['a\r\n', '$3\r\na\r\n\r\n', '$3\r\na\r\n\r\n'],
    [[1, [], 'b'], '*3\r\n:1\r\n*0\r\n$1\r\nb\r\n', '*3\r\n:1\r\n*0\r\n$1\r\nb\r\n'],
    [simple('OK'), '+OK\r\n', '+OK\r\n'],
    [simple('a\r\n+b'), '+a  +b\r\n', '+a  +b\r\n'],
    [{ kind: 'error', text: 'ERR a\nb', bulk: false }, '-ERR a b\r\n', '-ERR a b\r\n'],
    [{ kind: 'error', text: 'ERR a\nb', bulk: true }, '!7\r\nERR a\nb\r\n', '-ERR a b\r\n'],
    [{ kind: 'double', value: 1.5 }, ',1.5\r\n', '$3\r\n1.5\r\n'],
    [{ kind: 'double', value: -Infinity }, ',-inf\r\n', '$4\r\n-inf\r\n'],
    [{ kind: 'double', value: NaN }, ',nan\r\n', '$3\r\nnan\r\n'],
    [{ kind: 'double', value: -0 }, ',-0\r\n', '$2\r\n-0\r\n'],
    [{ kind: 'big-number', value: 12n }, '(12\r\n', '$2\r\n12\r\n'],
    [{ kind: 'verbatim', format: 'txt', value: 'hé' }, '=7\r\ntxt:h\xc3\xa9\r\n', '$3\r\nh\xc3\xa9\r\n'],
    [{ kind: 'map', pairs: [['a', 1]] }, '%1\r\n$1\r\na\r\n:1\r\n', '*2\r\n$1\r\na\r\n:1\r\n'],
    [{ kind: 'set', items: [1] }, '~1\r\n:1\r\n', '*1\r\n:1\r\n'],
    [{ kind: 'push', items: [1] }, '>1\r\n:1\r\n', '*1\r\n:1\r\n'],
    [{ kind: 'attributed', attributes: [[1, 2]], value: 3 }, '|1\r\n:1\r\n:2\r\n:3\r\n', ':3\r\n'],
  ];
  it.each(cases)('%o', (value, resp3, resp2) => {
    expect(text(encode(value))).toBe(resp3);
    expect(text(encode(value, { protocol: 2 }))).toBe(resp2);
  });

  it('writes latin1 text as the bytes that it stands for', () => {
    expect(text(encode(['\xff', simple('\xe9')], { strings: 'latin1' }))).toBe(
      '*2\r\n$1\r\n\xff\r\n+\xe9\r\n',
    );
  });
});

describe('a value is read without asking who said it how', () => {
  const attributed = (value: RespValue): RespValue => ({ kind: 'attributed', attributes: [], value });

  it('as text', () => {
    const values: RespValue[] = [
      'a',
      Uint8Array.of(97),
      simple('a'),
      { kind: 'verbatim', format: 'txt', value: 'a' },
    ];
    for (const value of values) expect([asText(value), asText(attributed(value))]).toEqual(['a', 'a']);
    for (const value of [null, 1, true, ['a'], { kind: 'error', text: 'a', bulk: false } as const]) {
      expect(asText(value)).toBeUndefined();
    }
  });

  it('as items', () => {
    for (const value of [[1], { kind: 'set', items: [1] }, { kind: 'push', items: [1] }] as RespValue[]) {
      expect(asItems(attributed(value))).toEqual([1]);
    }
    for (const value of [null, 'a', Uint8Array.of(1), simple('a')]) expect(asItems(value)).toBeUndefined();
  });

  it('as pairs', () => {
    for (const value of [['a', 1], { kind: 'map', pairs: [['a', 1]] }] as RespValue[]) {
      expect(asPairs(attributed(value))).toEqual([['a', 1]]);
    }
    for (const value of [null, 'a', [1], Uint8Array.of(1, 2), simple('a')])
      expect(asPairs(value)).toBeUndefined();
  });

  it('as an error, with its code', () => {
    const error: RespValue = { kind: 'error', text: 'NOAUTH Authentication required.', bulk: false };
    expect(isError(error) && errorCode(error)).toBe('NOAUTH');
    expect(errorCode({ kind: 'error', text: 'OOPS', bulk: false })).toBe('OOPS');
    expect([null, 'a', [1], simple('NOAUTH x')].some(isError)).toBe(false);
    expect(isError(bare(attributed(error)))).toBe(true);
  });
});
