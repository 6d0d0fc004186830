import { describe, expect, it } from 'vitest';
import {
  createDecoder,
  type DecodeError,
  type DecoderOptions,
  type Pending,
  type RespValue,
} from './index.ts';
import { replyCases } from './reply-cases.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const bytes = (text: string): Uint8Array => Uint8Array.from(latin1(text));

interface Outcome {
  readonly values: readonly RespValue[];
  readonly error: DecodeError | undefined;
  readonly pending: Pending;
}

function decode(chunks: readonly Uint8Array[], options?: DecoderOptions): Outcome {
  const decoder = createDecoder(options);
  const values: RespValue[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    let value: RespValue | undefined;
    while ((value = decoder.next()) !== undefined) values.push(value);
  }
  return { values, error: decoder.error, pending: decoder.pending };
}

function chunkings(wire: Buffer): readonly (readonly Buffer[])[] {
  const ways: (readonly Buffer[])[] = [[wire]];
  for (const size of [1, 2, 3, 7]) {
    ways.push(
      Array.from({ length: Math.ceil(wire.length / size) }, (_, i) =>
        wire.subarray(i * size, (i + 1) * size),
      ),
    );
  }
  for (let at = 1; at < Math.min(wire.length, 64); at++) ways.push([wire.subarray(0, at), wire.subarray(at)]);
  return ways;
}

describe('a reply is read the same, however it is cut', () => {
  it.each(replyCases.map((each) => ({ ...each, name: JSON.stringify(each.wire).slice(0, 70) })))(
    '$name',
    ({ wire, values, error, limits = {} }) => {
      for (const chunks of chunkings(latin1(wire))) {
        const outcome = decode(chunks, { limits });
        expect(outcome.values).toEqual(values);
        expect(outcome.error).toEqual(
          error &&
            expect.objectContaining({
              kind: error.kind,
              offset: error.offset,
              ...(error.limit && { limit: error.limit }),
            }),
        );
        if (error?.message) expect(outcome.error?.message).toMatch(error.message);
      }
    },
  );

  it('also when all chunks are pushed before the first is read', () => {
    for (const { wire, values, limits = {} } of replyCases) {
      for (const chunks of chunkings(latin1(wire)).slice(0, 4)) {
        const decoder = createDecoder({ limits: { ...limits, maxBytes: limits.maxBytes ?? 1e6 } });
        for (const chunk of chunks) decoder.push(chunk);
        if (decoder.error) continue;
        for (const value of values) expect(decoder.next()).toEqual(value);
        expect(decoder.next()).toBeUndefined();
      }
    }
  });
});

describe('strings', () => {
  const wire = '$3\r\n\xe2\x82\xac\r\n+\xe2\x82\xac\r\n$1\r\n\xff\r\n=7\r\ntxt:\xe2\x82\xac\r\n';
  it.each([
    ['utf8', ['€', { kind: 'simple', text: '€' }, '\ufffd', { kind: 'verbatim', format: 'txt', value: '€' }]],
    [
      'latin1',
      [
        '\xe2\x82\xac',
        { kind: 'simple', text: '\xe2\x82\xac' },
        '\xff',
        { kind: 'verbatim', format: 'txt', value: '\xe2\x82\xac' },
      ],
    ],
    [
      'buffer',
      [
        bytes('\xe2\x82\xac'),
        { kind: 'simple', text: '\xe2\x82\xac' },
        bytes('\xff'),
        { kind: 'verbatim', format: 'txt', value: bytes('\xe2\x82\xac') },
      ],
    ],
  ] as const)('as %s', (strings, values) => {
    for (const chunks of chunkings(latin1(wire))) expect(decode(chunks, { strings }).values).toEqual(values);
  });

  it('as buffers are views where a chunk holds them whole', () => {
    const chunk = new Uint8Array(latin1('$3\r\nfoo\r\n'));
    const [value] = decode([chunk], { strings: 'buffer' }).values as [Uint8Array];
    expect(value.buffer).toBe(chunk.buffer);
  });

  it('of more than a chunk are whole again', () => {
    const text = 'abcdefghij'.repeat(30_000);
    const stream = latin1(`*2\r\n$${text.length}\r\n${text}\r\n$2\r\nok\r\n`);
    const chunks = Array.from({ length: 301 }, (_, i) => stream.subarray(i * 1000, (i + 1) * 1000));
    expect(decode(chunks).values).toEqual([[text, 'ok']]);
    expect(decode(chunks, { strings: 'buffer' }).values).toEqual([[bytes(text), bytes('ok')]]);
  });
});

describe('what a hostile server cannot do', () => {
  const MB = 1024 * 1024;
  const chunk = Buffer.alloc(64 * 1024, 'x');

  it('overflow the call stack with a million open arrays', () => {
    const bomb = latin1('*1\r\n'.repeat(1_000_000));
    expect(decode([bomb]).error).toMatchObject({ kind: 'limit', limit: 'maxDepth', offset: 32 * 4 });
    const unlimited = { maxDepth: Infinity, maxElements: Infinity };
    expect(decode([bomb], { limits: unlimited }).pending).toMatchObject({ waitingFor: 'next element' });
    const full = latin1(`${'*1\r\n'.repeat(100_000)}:1\r\n`);
    expect(decode([full], { limits: unlimited }).values).toHaveLength(1);
  });

  it('make an array or a buffer be allocated by declaring a length', () => {
    const before = process.memoryUsage();
    const decoders = Array.from({ length: 200 }, () => createDecoder());
    for (const decoder of decoders) {
      decoder.push(latin1('*250000\r\n$16000000\r\nabc'));
      expect(decoder.next()).toBeUndefined();
      expect(decoder.held).toBeLessThan(1000);
    }
    const after = process.memoryUsage();
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(40 * MB);
  });

  it('make us hold an endless simple string', () => {
    const decoder = createDecoder();
    decoder.push(latin1('+'));
    let pushes = 0;
    for (; decoder.error === undefined; pushes++) {
      decoder.push(chunk);
      expect(decoder.next()).toBeUndefined();
      expect(decoder.held).toBeLessThan(4 * chunk.length);
    }
    expect(pushes).toBe(2);
    expect(decoder.error).toMatchObject({ limit: 'maxLine', offset: 0 });
    expect(decoder.held).toBe(0);
  });

  it('make us hold more than a reply by never completing it', () => {
    const decoder = createDecoder({ limits: { maxBytes: MB } });
    decoder.push(latin1('*250000\r\n'));
    let held = 0;
    while (decoder.error === undefined) {
      decoder.push(latin1(`$10000\r\n${'x'.repeat(10_000)}\r\n`));
      expect(decoder.next()).toBeUndefined();
      held = Math.max(held, decoder.held);
    }
    expect(decoder.error).toMatchObject({ limit: 'maxBytes' });
    expect(held).toBeLessThan(11_000);
  });

  it('fill us while nobody reads', () => {
    const decoder = createDecoder({ limits: { maxBytes: MB } });
    for (let i = 0; i < 100; i++) decoder.push(chunk);
    expect(decoder.error).toMatchObject({ kind: 'limit', limit: 'maxBytes' });
    const drops = createDecoder({ limits: { maxBytes: MB } });
    for (let i = 0; i < 100_000; i++) drops.push(latin1('+'));
    expect(drops.error).toMatchObject({ kind: 'limit', limit: 'maxBytes' });
  });
});

describe('after an error', () => {
  it('nothing is read, held or awaited', () => {
    const decoder = createDecoder();
    decoder.push(latin1(':1\r\n*2\r\n:2\r\n?'));
    expect([decoder.next(), decoder.next()]).toEqual([1, undefined]);
    const { error } = decoder;
    expect(error).toMatchObject({ kind: 'protocol', offset: 12 });
    decoder.push(latin1('\r\n:3\r\n'));
    expect(decoder.next()).toBeUndefined();
    expect(decoder.error).toBe(error);
    expect(decoder.held).toBe(0);
    expect(decoder.pending).toEqual({ bytes: 0, waitingFor: 'anything' });
  });
});

describe('what is pending', () => {
  it.each([
    ['', { bytes: 0, waitingFor: 'anything' }],
    [':1\r\n', { bytes: 0, waitingFor: 'anything' }],
    [':1\r\n+PO', { bytes: 3, waitingFor: 'rest of a line' }],
    ['$10\r\n', { bytes: 5, waitingFor: 'rest of a bulk string', missing: 12 }],
    ['*3\r\n:1\r\n$10\r\nabc', { bytes: 16, waitingFor: 'rest of a bulk string', missing: 9 }],
    ['*3\r\n:1\r\n', { bytes: 8, waitingFor: 'next element', missing: 2 }],
    ['%2\r\n', { bytes: 4, waitingFor: 'next element', missing: 4 }],
  ])('%j', (wire, pending) => {
    for (const chunks of chunkings(latin1(wire))) expect(decode(chunks).pending).toEqual(pending);
  });
});
