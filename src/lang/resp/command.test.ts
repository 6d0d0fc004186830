import { describe, expect, it } from 'vitest';
import {
  createCommandDecoder,
  encodeCommand,
  unauthenticatedLimits,
  type CommandDecoderOptions,
  type DecodeError,
} from './index.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Each command as its words; inline ones begin with `>`. */
function decode(chunks: readonly Uint8Array[], options?: CommandDecoderOptions) {
  const decoder = createCommandDecoder(options);
  const commands: string[][] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    let command;
    while ((command = decoder.next()) !== undefined) {
      const words = command.args.map((arg) => Buffer.from(arg).toString('latin1'));
      commands.push(command.inline ? ['>', ...words] : words);
    }
  }
  return { commands, error: decoder.error, pending: decoder.pending, held: decoder.held };
}

function chunkings(bytes: Buffer): readonly (readonly Buffer[])[] {
  const ways: (readonly Buffer[])[] = [[bytes], Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))];
  for (let at = 1; at < Math.min(bytes.length, 64); at++)
    ways.push([bytes.subarray(0, at), bytes.subarray(at)]);
  return ways;
}

interface Case {
  readonly wire: string;
  readonly commands: readonly (readonly string[])[];
  readonly error?: Partial<DecodeError>;
  readonly options?: CommandDecoderOptions;
}

const read = (wire: string, ...commands: readonly (readonly string[])[]): Case => ({ wire, commands });
const broken = (wire: string, message: string, offset = 0): Case => ({
  wire,
  commands: [],
  error: { kind: 'protocol', message, offset },
});
const over = (wire: string, limit: string, message: string, options: CommandDecoderOptions): Case => ({
  wire,
  commands: [],
  error: { kind: 'limit', limit, message },
  options,
});
const stranger: CommandDecoderOptions = { authenticated: false };

const cases: readonly Case[] = [
  read('*1\r\n$4\r\nPING\r\n', ['PING']),
  read('*2\r\n$3\r\nGET\r\n$0\r\n\r\n*1\r\n$4\r\n\r\n\r\n\r\n', ['GET', ''], ['\r\n\r\n']),
  read('PING\r\n', ['>', 'PING']),
  read('PING\n', ['>', 'PING']),
  read("  set  k \"a \\x41\\n\" 'b\\''\r\n", ['>', 'set', 'k', 'a A\n', "b'"]),
  read('PING\rX\n', ['>', 'PING', 'X']),
  read('\r\n\n   \r\nPING\r\n', ['>', 'PING']),
  read('*0\r\n*-1\r\n*-5\r\nPING\r\n', ['>', 'PING']),
  read('$4\r\nPING\r\n', ['>', '$4'], ['>', 'PING']),
  read('GET / HTTP/1.1\r\nHost: x\r\n\r\n', ['>', 'GET', '/', 'HTTP/1.1'], ['>', 'Host:', 'x']),
  read('*1\r\n$4\r\nPING\r\nPING\r\n*1\r\n$4\r\nPING\r\n', ['PING'], ['>', 'PING'], ['PING']),

  broken('*x\r\n', 'invalid multibulk length'),
  broken('*\r\n', 'invalid multibulk length'),
  broken('*01\r\n', 'invalid multibulk length'),
  broken('*1\n', 'invalid CRLF in request'),
  broken('*1\rX', 'invalid CRLF in request'),
  broken('*99999999999999999999\r\n', 'invalid multibulk length'),
  broken('*1\r\n+PING\r\n', "expected '$', got '+'", 4),
  broken('*1\r\n\r\n', "expected '$', got '.'", 4),
  broken('*2\r\n$1\r\na\r\n*1\r\n', "expected '$', got '*'", 11),
  broken('*1\r\n$-1\r\n', 'invalid bulk length', 4),
  broken('*1\r\n$x\r\n', 'invalid bulk length', 4),
  broken('*1\r\n$ 1\r\n', 'invalid bulk length', 4),
  broken('*1\r\n$4\r\nPINGxx', 'invalid CRLF in request', 4),
  broken('set "a\r\n', 'unbalanced quotes in request'),
  broken('set "a"b\r\n', 'unbalanced quotes in request'),
  broken('PING\0\r\n', 'NUL in an inline request'),

  over('*11\r\n', 'maxArguments', 'unauthenticated multibulk length', stranger),
  over('*1\r\n$16385\r\n', 'maxBulk', 'unauthenticated bulk length', stranger),
  over('*1048577\r\n', 'maxArguments', 'invalid multibulk length', {}),
  over('*1\r\n$67108865\r\n', 'maxBulk', 'invalid bulk length', {}),
  over('*1\r\n$99999999999\r\n', 'maxBulk', 'invalid bulk length', {}),
  over('*2\r\n$5\r\nhello\r\n$5\r\n', 'maxBytes', 'too big request', { limits: { maxBytes: 24 } }),
  over('PING 12345\r\n', 'maxLine', 'too big inline request', { limits: { maxLine: 9 } }),
  over('PING 12345', 'maxLine', 'too big inline request', { limits: { maxLine: 9 } }),
  over('*0000000001', 'maxLine', 'too big mbulk count string', { limits: { maxLine: 9 } }),
  over('*1\r\n$000000001', 'maxLine', 'too big bulk count string', { limits: { maxLine: 9 } }),
  over('a b c\r\n', 'maxArguments', 'too many arguments', { limits: { maxArguments: 2 } }),
];

it.each(cases.map((each) => ({ ...each, name: JSON.stringify(each.wire) })))(
  '$name is read the same, however it is cut',
  ({ wire, commands, error, options }) => {
    for (const chunks of chunkings(latin1(wire))) {
      const outcome = decode(chunks, options);
      expect(outcome.commands).toEqual(commands);
      expect(outcome.error).toEqual(error && expect.objectContaining(error));
    }
  },
);

describe('a client that has not logged in', () => {
  const login = encodeCommand(['AUTH', 'secret']);
  const long = encodeCommand(['MSET', ...Array.from({ length: unauthenticatedLimits.maxArguments }, String)]);

  it('may send ten arguments of 16384 bytes', () => {
    const largest = encodeCommand(['x'.repeat(16_384), ...Array.from({ length: 9 }, String)]);
    expect(decode([largest], stranger)).toMatchObject({ error: undefined, commands: [{ length: 10 }] });
    expect(decode([long], stranger).error?.message).toBe('unauthenticated multibulk length');
  });

  it('may send more right after its login, in the same chunk', () => {
    const decoder = createCommandDecoder(stranger);
    decoder.push(Buffer.concat([login, long]));
    expect(decoder.next()?.args).toHaveLength(2);
    decoder.authenticated = true;
    expect(decoder.next()?.args).toHaveLength(11);
  });
});

it('holds no more than it must, and says what it waits for', () => {
  const endless = createCommandDecoder();
  const chunk = Buffer.alloc(16 * 1024, 'x');
  for (let i = 0; i < 100; i++) {
    endless.push(chunk);
    expect(endless.next()).toBeUndefined();
    expect(endless.held).toBeLessThan(180 * 1024);
  }
  expect(endless.error).toMatchObject({ message: 'too big inline request' });
  expect(endless.held).toBe(0);

  const declared = decode([latin1('*1000000\r\n$60000000\r\nabc')]);
  expect(declared.held).toBeLessThan(1000);
  expect(declared.pending).toEqual({ bytes: 24, waitingFor: 'rest of a bulk string', missing: 59_999_999 });
  expect(decode([latin1('*2\r\n$1\r\na\r\n')]).pending).toEqual({
    bytes: 11,
    waitingFor: 'next element',
    missing: 1,
  });
  expect(decode([latin1('PING\r\nPI')]).pending).toEqual({ bytes: 2, waitingFor: 'rest of a line' });
  expect(decode([latin1('PING\r\n')]).pending).toEqual({ bytes: 0, waitingFor: 'anything' });
});

it('is filled by nobody while nobody reads', () => {
  const decoder = createCommandDecoder({ limits: { maxBytes: 1000 } });
  for (let i = 0; i < 20; i++) decoder.push(latin1('x'.repeat(100)));
  expect(decoder.error).toMatchObject({ kind: 'limit', limit: 'maxBytes' });
  decoder.push(latin1('\r\n'));
  expect(decoder.next()).toBeUndefined();
});

it('keeps inline arguments intact when later lines are cut, too', () => {
  const decoder = createCommandDecoder();
  const commands = [];
  for (const part of ['GET on', 'e\r\nGET tw', 'o\r\nGET three\r\n']) {
    decoder.push(latin1(part));
    let command;
    while ((command = decoder.next()) !== undefined) commands.push(command);
  }
  expect(commands.map(({ args }) => String(Buffer.from(args[1] ?? [])))).toEqual(['one', 'two', 'three']);
});
