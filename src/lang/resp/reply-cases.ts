/** What servers and liars send, and what it must be read as: shared by the tests of the decoder. */
import type { DecodeError, Limits, RespValue } from './index.ts';

export interface ReplyCase {
  /** latin1: one character, one byte. */
  readonly wire: string;
  readonly values: readonly RespValue[];
  readonly error?: Pick<DecodeError, 'kind' | 'offset'> & {
    readonly limit?: keyof Limits;
    readonly message?: RegExp;
  };
  readonly limits?: Partial<Limits>;
}

const simple = (text: string): RespValue => ({ kind: 'simple', text });
const error = (text: string, bulk = false): RespValue => ({ kind: 'error', text, bulk });
const double = (value: number): RespValue => ({ kind: 'double', value });
const big = (value: bigint): RespValue => ({ kind: 'big-number', value });
const read = (wire: string, ...values: readonly RespValue[]): ReplyCase => ({ wire, values });
const broken = (wire: string, message?: RegExp, offset = 0, ...values: readonly RespValue[]): ReplyCase => ({
  wire,
  values,
  error: { kind: 'protocol', offset, ...(message && { message }) },
});
const over = (
  limit: keyof Limits,
  size: number,
  wire: string,
  offset: number,
  ...values: RespValue[]
): ReplyCase => ({
  wire,
  values,
  error: { kind: 'limit', limit, offset },
  limits: { [limit]: size },
});

export const replyCases: readonly ReplyCase[] = [
  read(''),
  read('+OK\r\n', simple('OK')),
  read('+\r\n', simple('')),
  read('-ERR no\r\n', error('ERR no')),
  read(':0\r\n:7\r\n:-1\r\n:+5\r\n', 0, 7, -1, 5),
  read(':999999999999999\r\n:-999999999999999\r\n', 999999999999999, -999999999999999),
  read('*4\r\n:123456789\r\n:1234567890\r\n:-1234567890\r\n:7\r\n', [123456789, 1234567890, -1234567890, 7]),
  read(':9007199254740991\r\n:9007199254740992\r\n', 9007199254740991, 9007199254740992n),
  read(':9223372036854775807\r\n:-9223372036854775808\r\n', 9223372036854775807n, -9223372036854775808n),
  read('$0\r\n\r\n$3\r\na\r\n\r\n', '', 'a\r\n'),
  read('$-1\r\n*-1\r\n_\r\n', null, null, null),
  read(
    '*0\r\n~0\r\n%0\r\n>0\r\n',
    [],
    { kind: 'set', items: [] },
    { kind: 'map', pairs: [] },
    { kind: 'push', items: [] },
  ),
  read('*3\r\n$3\r\nfoo\r\n:1\r\n*2\r\n+a\r\n*0\r\n', ['foo', 1, [simple('a'), []]]),
  read('*2\r\n$-1\r\n*-1\r\n', [null, null]),
  read('*2\r\n-ERR a\r\n+b\r\n', [error('ERR a'), simple('b')]),
  read('%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n', {
    kind: 'map',
    pairs: [
      [simple('a'), 1],
      [simple('a'), 2],
    ],
  }),
  read('~2\r\n:1\r\n:1\r\n', { kind: 'set', items: [1, 1] }),
  read('%1\r\n*1\r\n:1\r\n%1\r\n$1\r\nk\r\n_\r\n', {
    kind: 'map',
    pairs: [[[1], { kind: 'map', pairs: [['k', null]] }]],
  }),
  read('#t\r\n#f\r\n', true, false),
  read(
    ',1\r\n,-0.5\r\n,1.5e300\r\n,10.\r\n,+2E-3\r\n',
    double(1),
    double(-0.5),
    double(1.5e300),
    double(10),
    double(0.002),
  ),
  read(',inf\r\n,-inf\r\n,nan\r\n,-nan\r\n', double(Infinity), double(-Infinity), double(NaN), double(NaN)),
  read('(3492890328409238509324850943850943825024385\r\n', big(3492890328409238509324850943850943825024385n)),
  read('(-1\r\n(0\r\n', big(-1n), big(0n)),
  read(
    '=8\r\ntxt:some\r\n=4\r\nmkd:\r\n',
    { kind: 'verbatim', format: 'txt', value: 'some' },
    { kind: 'verbatim', format: 'mkd', value: '' },
  ),
  read('!7\r\nERR a\r\n\r\n', error('ERR a\r\n', true)),
  read('|1\r\n+ttl\r\n:9\r\n*1\r\n|0\r\n:3\r\n', {
    kind: 'attributed',
    attributes: [[simple('ttl'), 9]],
    value: [{ kind: 'attributed', attributes: [], value: 3 }],
  }),
  read(
    '+a\r\n>2\r\n$7\r\nmessage\r\n:1\r\n+b\r\n',
    simple('a'),
    { kind: 'push', items: ['message', 1] },
    simple('b'),
  ),

  broken('HTTP/1.1 400 Bad Request\r\n', /0x48/),
  broken('\r\n', /0x0d/),
  broken('+OK\r\n\n', /0x0a/, 5, simple('OK')),
  broken('+OK\n', /LF/),
  broken('+a\rb\r\n', /CR/),
  broken(':\r\n', /integer/),
  broken(':abc\r\n', /integer/),
  broken(':-\r\n', /integer/),
  broken(':01\r\n', /integer/),
  broken(':-0\r\n', /integer/),
  broken(':0123456789012\r\n', /integer/),
  broken('*1\r\n:-0\r\n', /integer/, 4),
  broken('*1\r\n$-0\r\n', /length/, 4),
  broken('*1\r\n$-2\r\n', /length/, 4),
  broken('*1\r\n*-1x\r\n', /length/, 4),
  broken('*1\r\n~-1\r\n', /length/, 4),
  broken(': 1\r\n', /integer/),
  broken(':1 \r\n', /integer/),
  broken(':1.0\r\n', /integer/),
  broken(':--1\r\n', /integer/),
  broken(':9223372036854775808\r\n', /integer/),
  broken(':-9223372036854775809\r\n', /integer/),
  broken(':1\n', /LF/),
  broken('*2\r\n:1\r\n:x\r\n', /integer/, 8),
  broken('$+5\r\nhello\r\n', /length/),
  broken('$-2\r\n', /length/),
  broken('$-0\r\n', /length/),
  broken('$-1x\r\n', /length/),
  broken('$05\r\nhello\r\n', /length/),
  broken('$\r\n', /length/),
  broken('$1e1\r\n', /length/),
  broken('$3\nfoo\r\n', /LF/),
  broken('$3\r\nfooxx', /end/),
  broken('$3\r\nfoo\n\n', /end/),
  broken('$3\r\nfoobar\r\n', /end/),
  broken('*1\r\n$1\r\nab\r\n', /end/, 4),
  broken('*-5\r\n', /length/),
  broken('*+1\r\n', /length/),
  broken('*x\r\n', /length/),
  broken('%-1\r\n', /length/),
  broken('~-1\r\n', /length/),
  broken('=-1\r\n', /length/),
  broken('!-1\r\n', /length/),
  broken('*99999999999999999999\r\n', /length/),
  broken('_x\r\n', /null/),
  broken('#x\r\n', /boolean/),
  broken('#\r\n', /boolean/),
  broken('#tt\r\n', /boolean/),
  broken(',\r\n', /double/),
  broken(',1,5\r\n', /double/),
  broken(',infinity\r\n', /double/),
  broken(',0x10\r\n', /double/),
  broken(`,${'1'.repeat(600)}\r\n`, /double/),
  broken('(1.5\r\n', /big/),
  broken('(\r\n', /big/),
  broken('(007\r\n', /big/),
  broken('=3\r\ntxt\r\n', /format/),
  broken('=5\r\ntxt-a\r\n', /format/),
  broken('$?\r\n;4\r\nHell\r\n;0\r\n', /streamed/),
  broken('*?\r\n:1\r\n.\r\n', /streamed/),
  broken('%?\r\n', /streamed/),
  broken(';4\r\n', /0x3b/),
  broken('*2\r\n:1\r\n>1\r\n:2\r\n', /push/, 8),

  over('maxBulk', 5, '$5\r\nhello\r\n$6\r\n', 11, 'hello'),
  over('maxBulk', 5, '=9\r\n', 0),
  over('maxBulk', 5, '!6\r\n', 0),
  over('maxBulk', 1024, '$9999999999\r\n', 0),
  over('maxBulk', 1024, '$9223372036854775807\r\n', 0),
  over('maxLine', 4, '+abcd\r\n+abcde\r\n', 7, simple('abcd')),
  over('maxLine', 4, '+abcd\r\n+abcdefghijklmnopq', 7, simple('abcd')),
  over('maxLine', 4, ':1234\r\n:12345\r\n', 7, 1234),
  over('maxLine', 4, '*1\r\n-abcd\r\n-abcde', 11, [error('abcd')]),
  over('maxElements', 4, '*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n*5\r\n', 20, [1, 2, 3, 4]),
  over('maxElements', 4, '*2\r\n*2\r\n:1\r\n:2\r\n*1\r\n', 16),
  over('maxElements', 4, '%3\r\n', 0),
  over('maxElements', 4, '|3\r\n', 0),
  over('maxElements', 1_000_000, '*999999999\r\n', 0),
  over('maxElements', 1_000_000, '*9223372036854775807\r\n', 0),
  over('maxDepth', 2, '*1\r\n*1\r\n:1\r\n*1\r\n~1\r\n%1\r\n', 20, [[1]]),
  over('maxDepth', 2, '|0\r\n|0\r\n|0\r\n', 8),
  over('maxDepth', 0, ':1\r\n*0\r\n', 4, 1),
  over('maxBytes', 11, '$5\r\nhello\r\n$6\r\nhello!\r\n', 11, 'hello'),
  over('maxBytes', 11, '*2\r\n:1\r\n:12\r\n', 8),
  over('maxBytes', 11, '+12345678\r\n+123456789\r\n', 11, simple('12345678')),
  over('maxBytes', 11, '+1234567890123456', 0),
  over('maxBytes', 12, '*2\r\n:1\r\n:1\r\n*3\r\n:1\r\n:1\r\n:1\r\n', 24, [1, 1]),
];
