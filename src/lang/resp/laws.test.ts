import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asItems,
  createCommandDecoder,
  createDecoder,
  encode,
  encodeCommand,
  type Command,
  type CommandDecoderOptions,
  type DecodeError,
  type DecoderOptions,
  type Limits,
  type Pending,
  type RespValue,
} from './index.ts';
import { replyCases } from './reply-cases.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

interface Stream<T> {
  push(chunk: Uint8Array): void;
  next(): T | undefined;
  readonly error: DecodeError | undefined;
  readonly pending: Pending;
  readonly held: number;
}

/** Feeds the chunks, reading after each; also the most that was held beyond the last chunk. */
function drain<T>(stream: Stream<T>, chunks: readonly Uint8Array[]) {
  const values: T[] = [];
  let held = 0;
  for (const chunk of chunks) {
    stream.push(chunk);
    let value: T | undefined;
    while ((value = stream.next()) !== undefined) values.push(value);
    held = Math.max(held, stream.held - chunk.length);
  }
  return { values, error: stream.error, pending: stream.pending, held };
}

/** `bytes` in pieces whose sizes come round and round from `sizes`. */
function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

const oneLine = fc.string({ maxLength: 12 }).filter((text) => !/[\r\n]/.test(text));
const integer = fc.oneof(
  fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).filter((n) => !Number.isSafeInteger(Number(n))),
);
const leaf = (bulk: fc.Arbitrary<string | Uint8Array>): fc.Arbitrary<RespValue> =>
  fc.oneof(
    bulk,
    integer,
    fc.constant(null),
    fc.boolean(),
    oneLine.map((text): RespValue => ({ kind: 'simple', text })),
    oneLine.map((text): RespValue => ({ kind: 'error', text, bulk: false })),
    fc.string().map((text): RespValue => ({ kind: 'error', text, bulk: true })),
    fc.double().map((value): RespValue => ({ kind: 'double', value })),
    fc.bigInt().map((value): RespValue => ({ kind: 'big-number', value })),
    bulk.map((value): RespValue => ({ kind: 'verbatim', format: 'txt', value })),
  );

function replies(bulk: fc.Arbitrary<string | Uint8Array>): fc.Arbitrary<RespValue> {
  const inner = fc.letrec<{ value: RespValue }>((tie) => {
    const items = fc.array(tie('value'), { maxLength: 4 });
    const pairs = fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 });
    return {
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        leaf(bulk),
        items,
        items.map((list): RespValue => ({ kind: 'set', items: list })),
        pairs.map((list): RespValue => ({ kind: 'map', pairs: list })),
        fc
          .tuple(pairs, tie('value'))
          .map(([attributes, value]): RespValue => ({ kind: 'attributed', attributes, value })),
      ),
    };
  }).value;
  const push = fc.array(inner, { maxLength: 3 }).map((items): RespValue => ({ kind: 'push', items }));
  return fc.oneof({ arbitrary: inner, weight: 9 }, { arbitrary: push, weight: 1 });
}

describe('what was encoded is decoded, however it is cut', () => {
  it.each([
    ['utf8', fc.string({ unit: 'grapheme', maxLength: 30 })],
    ['latin1', fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1'))],
    ['buffer', fc.uint8Array({ maxLength: 30 })],
  ] as const)('%s', (strings, bulk) => {
    fc.assert(
      fc.property(fc.array(replies(bulk), { maxLength: 5 }), sizes, (values, pieces) => {
        const bytes = Buffer.concat(
          values.map((value) => encode(value, { strings: strings === 'utf8' ? 'utf8' : 'latin1' })),
        );
        const read = drain(createDecoder({ strings }), cut(bytes, pieces));
        expect(read.error).toBeUndefined();
        expect(read.values).toEqual(values);
        expect(read.pending.bytes).toBe(0);
      }),
      { numRuns },
    );
  });

  it('in RESP2 too: what is read there encodes to the same again', () => {
    fc.assert(
      fc.property(replies(fc.string({ maxLength: 10 })), (value) => {
        const bytes = encode(value, { protocol: 2 });
        const read = drain(createDecoder(), [bytes]);
        expect(read.error).toBeUndefined();
        expect(Buffer.concat(read.values.map((each) => encode(each, { protocol: 2 })))).toEqual(
          Buffer.from(bytes),
        );
        for (const each of read.values)
          expect(kinds(each)).not.toMatch(/double|big-number|verbatim|map|set|push|attributed/);
      }),
      { numRuns },
    );
  });
});

// Enough of the grammar's own characters that nonsense often begins well.
const noise = fc
  .array(
    fc.constantFrom(
      ...'*$+-:_#,(=!%~>|?0123459\r\nabtf.'.split(''),
      '\r\n',
      '\r\n',
      '*2\r\n',
      '$3\r\nabc\r\n',
      '\xff',
      '\0',
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

/** A valid stream with a few bytes changed, inserted or removed. */
const mutated = fc
  .tuple(
    fc.oneof(
      replies(fc.string({ maxLength: 10 })).map((value) => encode(value)),
      fc.constantFrom(...replyCases.map(({ wire }) => Buffer.from(wire, 'latin1').subarray(0, 300))),
    ),
    fc.array(
      fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2), fc.constantFrom(...Buffer.from('*$:-+?%|>19\r\nx'))),
      { maxLength: 3 },
    ),
  )
  .map(([bytes, changes]) => {
    const result = [...bytes];
    for (const [at, remove, insert] of changes) {
      if (remove < 2) result.splice(at % (result.length + 1), remove, insert);
      else result.splice(at % (result.length + 1), 1);
    }
    return Uint8Array.from(result);
  });

const limits: fc.Arbitrary<Partial<Limits>> = fc.record(
  {
    maxBytes: fc.integer({ min: 1, max: 80 }),
    maxBulk: fc.integer({ min: 0, max: 12 }),
    maxLine: fc.integer({ min: 1, max: 24 }),
    maxDepth: fc.integer({ min: 0, max: 4 }),
    maxElements: fc.integer({ min: 0, max: 9 }),
  },
  { requiredKeys: [] },
);

const hostile = fc.oneof(noise, mutated, fc.uint8Array({ maxLength: 40 }));

describe('any bytes at all', () => {
  it('give the same values and the same error, however they are cut', () => {
    fc.assert(
      fc.property(
        hostile,
        sizes,
        limits,
        fc.constantFrom('utf8', 'latin1', 'buffer'),
        (bytes, pieces, limit, strings) => {
          const options: DecoderOptions = { limits: limit, strings };
          const whole = drain(createDecoder(options), [bytes]);
          for (const chunks of [cut(bytes, [1]), cut(bytes, pieces)]) {
            const read = drain(createDecoder(options), chunks);
            expect({ ...read, held: 0 }).toEqual({ ...whole, held: 0 });
          }
        },
      ),
      { numRuns: numRuns * 5 },
    );
  });

  it('never make more be held than the limits allow, nor a value that exceeds them be given', () => {
    fc.assert(
      fc.property(hostile, sizes, limits, (bytes, pieces, limit) => {
        const { maxBytes = 80, maxBulk = 12, maxLine = 24, maxDepth = 4, maxElements = 9 } = limit;
        const full: Limits = { maxBytes, maxBulk, maxLine, maxDepth, maxElements };
        const read = drain(createDecoder({ limits: full, strings: 'latin1' }), cut(bytes, pieces));
        // A cut line, with room to grow; a cut bulk string, and the buffer of the one before.
        expect(read.held).toBeLessThanOrEqual(
          Math.max(64, 2 * (Math.min(maxLine + 1, maxBytes) + 2)) + 2 * (Math.min(maxBulk, maxBytes) + 2),
        );
        for (const value of read.values) {
          const size = measure(value);
          expect(size.depth).toBeLessThanOrEqual(maxDepth);
          expect(size.elements).toBeLessThanOrEqual(maxElements);
          expect(size.longest).toBeLessThanOrEqual(Math.max(maxBulk, maxLine));
          expect(size.bytes).toBeLessThanOrEqual(maxBytes);
        }
        if (read.error?.kind === 'limit') expect(Object.keys(full)).toContain(read.error.limit);
      }),
      { numRuns: numRuns * 3 },
    );
  });
});

/** The kinds of a value and of all inside it. */
function kinds(value: RespValue): string {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : typeof value;
  return [kind, ...(asItems(value) ?? []).map(kinds)].join(' ');
}

/** What a value cost on the wire, from below. */
function measure(value: RespValue): { depth: number; elements: number; longest: number; bytes: number } {
  const inside = (items: readonly RespValue[]) => {
    const all = items.map(measure);
    return {
      depth: 1 + Math.max(0, ...all.map(({ depth }) => depth)),
      elements: items.length + all.reduce((sum, { elements }) => sum + elements, 0),
      longest: Math.max(0, ...all.map(({ longest }) => longest)),
      bytes: 4 + all.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  };
  const text = (content: string | Uint8Array) => ({
    depth: 0,
    elements: 0,
    longest: content.length,
    bytes: 3 + content.length,
  });
  if (typeof value === 'string' || value instanceof Uint8Array) return text(value);
  if (value === null || typeof value !== 'object') return text('');
  if (!('kind' in value)) return inside(value);
  switch (value.kind) {
    case 'simple':
    case 'error':
      return text(value.text);
    case 'verbatim':
      return text(value.value);
    case 'map':
      return inside(value.pairs.flat());
    case 'set':
    case 'push':
      return inside(value.items);
    case 'attributed': {
      const attributes = inside(value.attributes.flat());
      const described = measure(value.value);
      return {
        depth: Math.max(attributes.depth, 1 + described.depth),
        elements: attributes.elements + described.elements,
        longest: Math.max(attributes.longest, described.longest),
        bytes: attributes.bytes + described.bytes,
      };
    }
    case 'double':
    case 'big-number':
      return text('');
  }
}

describe('commands', () => {
  const arg = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.uint8Array({ maxLength: 12 }));

  it('that were encoded are decoded, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(arg, { minLength: 1, maxLength: 5 }), { maxLength: 4 }),
        sizes,
        (commands, pieces) => {
          const bytes = Buffer.concat(commands.map((args) => encodeCommand(args)));
          const read = drain(createCommandDecoder(), cut(bytes, pieces));
          expect(read.error).toBeUndefined();
          expect(read.values.map(plain)).toEqual(
            commands.map((args) => ({
              inline: false,
              args: args.map((each) => Buffer.from(each).toString('latin1')),
            })),
          );
        },
      ),
      { numRuns },
    );
  });

  const command = fc
    .array(arg, { minLength: 1, maxLength: 4 })
    .map((args) => Buffer.from(encodeCommand(args)));
  const line = fc
    .array(fc.constantFrom(...'abc \t"\'\\x0\r\n*$'.split(''), '\0', '\r\n'), { maxLength: 16 })
    .map((parts) => Buffer.from(`${parts.join('')}\r\n`));
  const stream = fc.oneof(
    fc.array(fc.oneof(command, line), { maxLength: 4 }).map((parts) => Buffer.concat(parts)),
    noise,
    fc.uint8Array({ maxLength: 40 }),
  );

  it('and any bytes at all give the same, however they are cut, and no more is held than allowed', () => {
    const options = fc.record(
      {
        authenticated: fc.boolean(),
        limits: fc.record({
          maxBytes: fc.integer({ min: 8, max: 90 }),
          maxBulk: fc.integer({ min: 0, max: 12 }),
          maxLine: fc.integer({ min: 1, max: 24 }),
          maxArguments: fc.integer({ min: 1, max: 6 }),
        }),
      },
      { requiredKeys: ['limits'] },
    );
    fc.assert(
      fc.property(
        stream,
        sizes,
        options,
        (bytes, pieces, option: CommandDecoderOptions & { limits: { maxBulk: number; maxLine: number } }) => {
          const whole = drain(createCommandDecoder(option), [bytes]);
          for (const chunks of [cut(bytes, [1]), cut(bytes, pieces)]) {
            const read = drain(createCommandDecoder(option), chunks);
            expect(read.values.map(plain)).toEqual(whole.values.map(plain));
            expect([read.error, read.pending]).toEqual([whole.error, whole.pending]);
            expect(read.held).toBeLessThanOrEqual(
              Math.max(64, 2 * (option.limits.maxLine + 2)) + option.limits.maxBulk + 2,
            );
          }
        },
      ),
      { numRuns: numRuns * 5 },
    );
  });
});

function plain({ args, inline }: Command): { inline: boolean; args: readonly string[] } {
  return { inline, args: args.map((each) => Buffer.from(each).toString('latin1')) };
}
