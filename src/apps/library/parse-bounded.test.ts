import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBounded } from './parse-bounded.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;
const limits = { values: 100, depth: 8, of: 'snapshot' };
const parse = (text: string | Uint8Array) => parseBounded(Buffer.from(text as string), limits);

describe('JSON of a stranger', () => {
  it('is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(parseBounded(Buffer.from(text), { values: 1e6, depth: 64, of: 'snapshot' })).toEqual({
          value: JSON.parse(text) as unknown,
        });
      }),
      { numRuns: runs },
    );
  });

  it('is never thrown about, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(Object.keys(parse(bytes)).length).toBe(1);
      }),
      { numRuns: runs },
    );
  });

  it.each([
    ['with a byte order mark', '\ufeff{"a":1}', { a: 1 }],
    ['with a lone surrogate', '"\\ud800"', '\ud800'],
    ['with a key twice, which counts as it stands last', '{"a":1,"a":2}', { a: 2 }],
    [
      'with brackets, commas and quotes in its text',
      `["${'[,{\\"\\\\'.repeat(200)}"]`,
      ['[,{"\\'.repeat(200)],
    ],
    ['with a text that ends in a backslash', '["\\\\",[]]', ['\\', []]],
  ])('may be %s', (_, text, value) => expect(parse(text)).toEqual({ value }));

  it('does not change what objects are', () => {
    const parsed = parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(Object.keys((parsed as { value: object }).value)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each([
    ['nested too deep', `${'['.repeat(9)}${']'.repeat(9)}`, /nested deeper .*\(8 levels\)/],
    ['too many values', `[${'0,'.repeat(200)}0]`, /more values .*\(100\)/],
    ['too many empty objects', `[${Array(90).fill('{}').join()}]`, /more values/],
    ['not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), /not UTF-8/],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), /not UTF-8/],
    ['wrong at a place', '{\n  "a": 1 2\n}', /^is no JSON, at line 2, column 10$/],
    ['cut off', '{"a": "b', /^is no JSON/],
    ['an unclosed text full of backslashes', `"${'\\'.repeat(1001)}`, /^is no JSON/],
    ['nothing', '', /^is no JSON/],
  ])('is refused when it is %s', (_, text, problem) => {
    expect((parse(text) as { problem: string }).problem).toMatch(problem);
  });

  it('is not repeated when it is wrong', () => {
    const text = '{"requirepass": "CANARY" CANARY \u001b[2J';
    expect((parse(text) as { problem: string }).problem).not.toMatch(/CANARY|\u001b/);
  });
});
