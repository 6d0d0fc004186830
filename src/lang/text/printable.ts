/**
 * Text from a server, a file or a certificate may carry escape codes, line breaks and direction marks that
 * repaint a terminal or forge a line of a log. Nothing remote is printed without going through here.
 */
// C0 and C1 controls, DEL, soft hyphen, line and paragraph separators, zero-width, filler and bidirectional marks,
// BOM, interlinear marks, the two noncharacters that XML forbids, tag characters, lone surrogates.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff]|\udb40[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

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
