/** What typography writes and a keyboard does not. */
const plainer: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '→': '->',
  '·': '.',
  '×': 'x',
  '\u00a0': ' ',
};

/**
 * `text` in ASCII alone: typographic marks in their plain form, everything else that is beyond ASCII as `\u{…}`, so
 * that nothing is lost and nothing looks like what it is not.
 *
 * @example ascii('the server’s café…') // "the server's caf\\u{e9}..."
 */
export const ascii = (text: string): string =>
  text.replace(/[^\0-\x7f]/gu, (char) => plainer[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
