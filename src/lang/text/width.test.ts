import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { clip, pad, padStart, printable, take, width, wrap } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'word',
      ' ',
      '  ',
      '日本',
      'e\u0301',
      '😀',
      '❤\ufe0f',
      '\\x1b',
      'ａ',
      '\u0301\u0301',
      '🇫🇷',
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe('width', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['日本語', 6],
    ['한국', 4],
    ['ＡＢ', 4],
    ['😀', 2],
    ['⌚', 2],
    ['❤', 1],
    ['❤\ufe0f', 2],
    ['🇫🇷', 2],
    ['●○·─', 4],
    ['\u200b', 0],
  ])('%j takes %i columns', (shown, columns) => expect(width(shown)).toBe(columns));
});

describe('take and clip', () => {
  it('never halve a wide character', () => {
    expect(take('日本語', 3)).toBe('日');
    expect(clip('日本語', 4)).toBe('日…');
  });
  it('keep marks with their letter', () => expect(take('e\u0301x', 1)).toBe('e\u0301'));
  it('leave alone what fits', () => expect(clip('four', 4)).toBe('four'));
  it('do not keep a flood of marks', () =>
    expect(clip(`a${'\u0301'.repeat(4000)}`, 10).length).toBeLessThan(200));
  it('hold their width', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 20 }), (shown, columns) => {
        expect(width(take(shown, columns))).toBeLessThanOrEqual(columns);
        expect(width(clip(shown, columns))).toBeLessThanOrEqual(columns);
      }),
      { numRuns: runs },
    );
  });
});

describe('pad', () => {
  it('counts columns, not characters', () => {
    expect(pad('日', 4)).toBe('日  ');
    expect(padStart('日', 4)).toBe('  日');
    expect(pad('long', 2)).toBe('long');
  });
});

describe('wrap', () => {
  it('breaks at spaces', () => expect(wrap('one two three', 8)).toEqual(['one two', 'three']));
  it('breaks a word that fits nowhere', () => expect(wrap('a abcdefgh', 4)).toEqual(['a', 'abcd', 'efgh']));
  it('gives one empty line for nothing', () => expect(wrap('', 10)).toEqual(['']));
  it('holds its width and loses nothing but spaces', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 30 }), (shown, columns) => {
        const lines = wrap(printable(shown), columns);
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(printable(shown).replaceAll(' ', ''));
      }),
      { numRuns: runs },
    );
  });
});
