/**
 * Text from a server, a file or a certificate may carry escape codes, line breaks and direction marks that
 * repaint a terminal or forge a line of a log. Nothing remote is printed without going through here.
 */
// C0 and C1 controls, DEL, line and paragraph separators, zero-width and bidirectional marks, BOM, lone surrogates.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const escape = (char: string): string => {
  const code = char.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** `text` with every control or invisible character written as `\xNN` or `\uNNNN`, cut after `max` characters. */
export function printable(text: string, max = 4096): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replace(unsafe, escape);
}
