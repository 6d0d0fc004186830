/**
 * How many columns of a terminal a text takes. Counted by code point, the way most terminals do: what joins
 * emoji (U+200D) never gets here, since `printable` writes it out.
 */
const nothing = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;
const emoji = /^\p{Emoji_Presentation}$/u;
const regionalIndicator = /^[\u{1f1e6}-\u{1f1ff}]$/u;

/** East Asian Wide and Fullwidth (Unicode Standard Annex 11) as pairs of bounds, without emoji. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2630, 0x2637],
  [0x268a, 0x268f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4dc0, 0x4dff],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

function charWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return 1;
  if (nothing.test(char)) return 0;
  if (regionalIndicator.test(char)) return 1;
  return emoji.test(char) || wide.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

const plain = /^[\x20-\x7e]*$/;

/** Each code point with the columns that it adds: an emoji selector (U+FE0F) widens what stands before it. */
function* steps(text: string): Generator<readonly [char: string, columns: number]> {
  let last = 0;
  for (const char of text) {
    const columns: number = char === '\ufe0f' ? (last === 1 ? 1 : 0) : charWidth(char);
    if (columns > 0) last = char === '\ufe0f' ? 2 : columns;
    yield [char, columns];
  }
}

/** Columns that `text` takes. */
export function width(text: string): number {
  if (plain.test(text)) return text.length;
  let sum = 0;
  for (const [, columns] of steps(text)) sum += columns;
  return sum;
}

/** The longest beginning of `text` that takes at most `columns`; marks stay with the character that they sit on. */
export function take(text: string, columns: number): string {
  if (plain.test(text)) return text.slice(0, Math.max(0, columns));
  // Marks are free, so a flood of them would never end a line: beyond reason they do.
  const most = columns * 8 + 64;
  let end = 0;
  let sum = 0;
  for (const [char, more] of steps(text)) {
    sum += more;
    if (sum > columns || end > most) break;
    end += char.length;
  }
  return text.slice(0, end);
}

/** `text` in at most `columns`, with an ellipsis where something is left out. */
export function clip(text: string, columns: number, ellipsis = '…'): string {
  if (width(text) <= columns && text.length <= columns * 8 + 64) return text;
  return `${take(text, columns - width(ellipsis))}${ellipsis}`;
}

/** `text` filled with spaces up to `columns`; longer text is left alone. */
export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - width(text)));

/** Like `pad`, with the spaces before. */
export const padStart = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - width(text))) + text;
