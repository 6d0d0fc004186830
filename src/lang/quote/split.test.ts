import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsQuotes, quoteArg, splitArgs, splitText, type SplitOptions } from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Both entrances must agree; the answer as latin1 text. */
function split(line: string, options?: SplitOptions): readonly string[] | string {
  const bytes = splitArgs(latin1(line), options);
  const text = splitText(line, options);
  const read =
    bytes.problem === undefined
      ? bytes.value.map((arg) => Buffer.from(arg).toString('latin1'))
      : `${bytes.column}: ${bytes.problem}`;
  expect(text.problem === undefined ? text.value : `${text.column}: ${text.problem}`).toEqual(read);
  return read;
}

describe('a line splits as sdssplitargs splits it', () => {
  const cases: readonly (readonly [line: string, what: readonly string[] | string])[] = [
    ['', []],
    [' \t\n\v\f\r ', []],
    ['get key', ['get', 'key']],
    ['  get\tkey\r\n', ['get', 'key']],
    ['a\vb\fc d', ['a\vb\fc', 'd']],
    ['\va\v \fb', ['a\v', 'b']],
    ['""', ['']],
    ["'' x", ['', 'x']],
    ['"a b" c', ['a b', 'c']],
    ['a"b c"', ['ab c']],
    ["a'b c'", ['ab c']],
    ['"a"\v"b"', ['a', 'b']],
    ['"a\\n\\r\\t\\b\\a\\q\\"\\\\"', ['a\n\r\t\b\x07q"\\']],
    ['"\\x41\\xfF\\x00"', ['A\xff\0']],
    ['"\\x4"', ['x4']],
    ['"\\xg1"', ['xg1']],
    ['"\\X41"', ['X41']],
    ["'\\n\\x41\\''", ["\\n\\x41'"]],
    ["'\\\\'", '1: unbalanced quotes'],
    ["'\\\\' '", ["\\' "]],
    ['a\\ b \\x41', ['a\\', 'b', '\\x41']],
    ['"\'" \'"\'', ["'", '"']],
    ['caf\xe9 "\xff"', ['caf\xe9', '\xff']],
    ['a\0b', ['a']],
    ['\0a', []],
    ['a "b"\0c', ['a', 'b']],
    ['"', '1: unbalanced quotes'],
    ["x 'y", '3: unbalanced quotes'],
    ['a"b', '2: unbalanced quotes'],
    ['"a\\', '1: unbalanced quotes'],
    ['"a\\"', '1: unbalanced quotes'],
    ["'a\\'", '1: unbalanced quotes'],
    ['"a\0"', '1: unbalanced quotes'],
    ['"a\\\0"', '1: unbalanced quotes'],
    ['"a"b', '4: text after a closing quote'],
    ['"a""b"', '4: text after a closing quote'],
    ["set k 'v'x", '10: text after a closing quote'],
    ['x"a"b', '5: text after a closing quote'],
  ];
  it.each(cases)('%j', (line, what) => {
    expect(split(line)).toEqual(what);
  });
});

describe('where quotes join, what touches a closing one belongs to it', () => {
  const cases: readonly (readonly [line: string, what: readonly string[] | string])[] = [
    ['"a"b', ['ab']],
    ['"a""b" c', ['ab', 'c']],
    ['x"a"\'b\'y', ['xaby']],
    ['"a"\v"b"', ['a\vb']],
    ['"a"\0b', ['a']],
    ['"a"b"', '5: unbalanced quotes'],
    ['"a"b\'\\\'', '5: unbalanced quotes'],
  ];
  it.each(cases)('%j', (line, what) => {
    expect(split(line, { joinQuotes: true })).toEqual(what);
  });

  it('and what splits without joining splits the same, odd blanks aside', () => {
    const plain = fc
      .array(fc.constantFrom(...Array.from(' \t\0"\'\\xna0\xff')), { maxLength: 24 })
      .map((chars) => chars.join(''));
    fc.assert(
      fc.property(plain, (line) => {
        const strict = split(line);
        if (typeof strict !== 'string') expect(split(line, { joinQuotes: true })).toEqual(strict);
      }),
      { numRuns },
    );
  });
});

describe('laws', () => {
  const arg = fc.uint8Array({ maxLength: 12 });
  const noisy = fc
    .array(fc.constantFrom(...Array.from(' \t\r\n\v\f\0"\'\\xnrtbaf09\xff')), { maxLength: 24 })
    .map((chars) => chars.join(''));

  it('what quoteArg wrote, or what needs no quotes, is read back', () => {
    const blank = fc.constantFrom(' ', '\t', '\r\n', ' \v\f ');
    fc.assert(
      fc.property(fc.array(fc.tuple(arg, blank, fc.boolean()), { maxLength: 6 }), (args) => {
        const line = args
          .map(([bytes, gap, quoted]) => {
            const text =
              quoted || needsQuotes(bytes) ? quoteArg(bytes) : Buffer.from(bytes).toString('latin1');
            return text + gap;
          })
          .join('');
        expect(split(line)).toEqual(args.map(([bytes]) => Buffer.from(bytes).toString('latin1')));
      }),
      { numRuns },
    );
  });

  it('any line splits, or says where not, and both entrances agree', () => {
    fc.assert(
      fc.property(noisy, (line) => {
        const read = split(line);
        const nul = line.indexOf('\0');
        if (nul >= 0) expect(split(line.slice(0, nul))).toEqual(read);
        if (typeof read === 'string') expect(Number.parseInt(read, 10)).toBeLessThanOrEqual(line.length);
        else expect(read.join('').length).toBeLessThanOrEqual(line.length);
      }),
      { numRuns: numRuns * 3 },
    );
  });
});

it('quoteArg writes as sdscatrepr writes', () => {
  expect(quoteArg(latin1('a b\'"\\\n\r\t\x07\b\0\x7f\xff\v'))).toBe(
    '"a b\'\\"\\\\\\n\\r\\t\\a\\b\\x00\\x7f\\xff\\x0b"',
  );
});
