/**
 * Writes an argument so that the server's own splitter reads it back: the counterpart of `splitArgs`
 * (`sdscatrepr` of Redis and Valkey, with isprint as in the "C" locale).
 */
const escapes: ReadonlyMap<number, string> = new Map([
  [0x5c, '\\\\'],
  [0x22, '\\"'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x07, '\\a'],
  [0x08, '\\b'],
]);

// How each byte is written inside double quotes.
const written: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x20 && byte < 0x7f) return escapes.get(byte) ?? String.fromCharCode(byte);
  return escapes.get(byte) ?? `\\x${byte.toString(16).padStart(2, '0')}`;
});

/**
 * The argument in double quotes, plain ASCII. Always quoted, also where it would not be needed.
 *
 * @example quoteArg(Buffer.from('a"b\n')) // "a\"b\n" in quotes, the line break as an escape
 */
export function quoteArg(bytes: Uint8Array): string {
  let text = '"';
  for (let i = 0; i < bytes.length; i++) text += written[bytes[i] ?? 0];
  return `${text}"`;
}

/**
 * Whether an argument must be quoted to be read back whole. As `sdsneedsrepr`, and more careful: also for the
 * empty argument, which would vanish, and for an apostrophe, which would open a quote.
 */
export function needsQuotes(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte <= 0x20 || byte >= 0x7f || byte === 0x22 || byte === 0x27 || byte === 0x5c) return true;
  }
  return bytes.length === 0;
}
