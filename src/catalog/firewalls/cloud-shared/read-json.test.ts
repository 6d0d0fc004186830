import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from './read-json.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 200;
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('reading JSON', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat({ max: 4 }), (text, indent) => {
        const spread = JSON.stringify(JSON.parse(text), null, indent);
        expect(plain(readJson(spread).value)).toEqual(JSON.parse(text));
      }),
      { numRuns },
    );
  });

  it('never takes a document that is cut off for a whole one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.json(), { minLength: 1 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (parts, share) => {
          const text = `{"a": [${parts.join(',')}]}`;
          const read = readJson(text.slice(0, Math.floor(text.length * share)));
          expect(read.value).toBeUndefined();
          expect(read.problems.some(({ fatal }) => fatal)).toBe(true);
        },
      ),
      { numRuns },
    );
  });

  it('knows the line of every object and list', () => {
    const { value, lines } = readJson('{\n "a": [\n  {"b": 1},\n  {"b": 2}\n ]\n}');
    const list = (value as { a: object[] }).a;
    expect([lines.get(list), ...list.map((one) => lines.get(one))]).toEqual([2, 3, 4]);
  });

  it('keeps an escape that does not exist, and says so', () => {
    const { value, problems } = readJson('{"a": "\\d+"}');
    expect(plain(value)).toEqual({ a: '\\d+' });
    expect(problems).toMatchObject([{ line: 1, fatal: false }]);
  });

  it('says where a name stands twice', () => {
    expect(readJson('{"a": 1,\n "a": 2}').problems).toMatchObject([
      { line: 2, reason: expect.stringContaining('twice') },
    ]);
  });

  it.each(['['.repeat(10_000), '{"a":'.repeat(10_000), `${'['.repeat(300)}${']'.repeat(300)}`])(
    'refuses what is nested too deep',
    (text) => {
      expect(readJson(text)).toMatchObject({
        problems: [{ fatal: true, reason: expect.stringContaining('deep') }],
      });
    },
  );

  it('has no prototype to be surprised by', () => {
    const { value } = readJson('{"__proto__": {"polluted": 1}, "constructor": 2}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
