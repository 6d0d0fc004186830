import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { printable } from './printable.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

describe('printable', () => {
  it.each([
    ['an escape code', '\u001b[2Jgone', '\\x1b[2Jgone'],
    ['a C1 escape', '\u009b31m', '\\x9b31m'],
    ['NUL', 'a\0b', 'a\\x00b'],
    ['line breaks', 'a\r\nb\u2028c', 'a\\x0d\\x0ab\\u2028c'],
    ['right-to-left override', 'cod\u202exe.exe', 'cod\\u202exe.exe'],
    ['a zero-width joiner', 'a\u200db', 'a\\u200db'],
    ['a BOM', '\ufeffa', '\\ufeffa'],
    ['a lone surrogate', 'a\ud800b\udc00', 'a\\ud800b\\udc00'],
    ['tag characters, which hide text', 'a\u{e0041}', 'a\\u{e0041}'],
    ['what XML forbids', '\ufffe\uffff', '\\ufffe\\uffff'],
    ['a hangul filler, which shows nothing', '\u3164', '\\u3164'],
    ['a joiner between letters', 'a\u034fb', 'a\\u034fb'],
    ['a blank that is a letter', '\u2800', '\\u2800'],
    ['a variation selector on a letter', 'root\ufe0f', 'root\\ufe0f'],
    ['a variation selector beyond the first plane', 'a\u{e0100}', 'a\\u{e0100}'],
    ['a noncharacter', '\ufdd0\u{1fffe}', '\\ufdd0\\u{1fffe}'],
  ])('writes %s out', (_, text, shown) => expect(printable(text)).toBe(shown));

  it.each(['plain', 'naïve café', 'Größe 100 µ', '日本語', '😀 ok', '❤\ufe0f', 'back\\slash'])(
    'leaves %s alone',
    (text) => expect(printable(text)).toBe(text),
  );

  it('leaves no character of Unicode that is not seen or turns the text around', () => {
    const hidden =
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
    const left: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const char = String.fromCodePoint(code);
      if (hidden.test(char) && printable(char) === char) left.push(code.toString(16));
    }
    expect(left).toEqual([]);
  });

  it('cuts long text, and never through a pair', () => {
    expect(printable('abcdef', 3)).toBe('abc…');
    expect(printable('ab😀def', 3)).toBe('ab…');
  });

  it('leaves nothing unsafe, and changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          const shown = printable(text);
          expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
          expect(shown.isWellFormed()).toBe(true);
          expect(printable(shown, Infinity)).toBe(shown);
        },
      ),
      { numRuns: runs },
    );
  });
});
