/**
 * Text from a server, a file or a certificate may carry escape codes, line breaks and direction marks that
 * repaint a terminal or forge a line of a log. Nothing remote is printed without going through here.
 */
// Controls, format characters (direction marks, zero-width, soft hyphen, BOM, tags), line and paragraph separators,
// lone surrogates, noncharacters, which XML forbids, and all that fonts show as nothing: fillers, joiners, variation
// selectors, the blank of Braille. The selector that makes an emoji of the sign before it may stay.
const unsafe =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u2800]|(?!\ufe0f)\p{Default_Ignorable_Code_Point}|(?<!\p{Extended_Pictographic})\ufe0f/gu;

const escapeUnit = (code: number): string =>
  code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;

const escape = (found: string): string => {
  const code = found.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : escapeUnit(code);
};

/** `text` cut after `max` UTF-16 units, never inside a surrogate pair, with `…` where something is missing. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const split = /[\ud800-\udbff]/.test(text.charAt(max - 1));
  return `${text.slice(0, split ? max - 1 : max)}…`;
}

/** `text` with `write` in place of each character that acts, or is not seen, instead of being read. */
export const replaceUnsafe = (text: string, write: (found: string) => string): string =>
  text.replace(unsafe, write);

/**
 * `text` with every control or invisible character written as `\xNN`, `\uNNNN` or `\u{NNNNN}`, cut after `max`
 * characters. Harmless text comes back as it is, and so does what has been through here before.
 *
 * @example printable('a\u001b[31mb') // 'a\\x1b[31mb'
 */
export function printable(text: string, max = 4096): string {
  return replaceUnsafe(cut(text, max), escape);
}
