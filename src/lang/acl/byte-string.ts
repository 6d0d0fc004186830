/**
 * The server compares, hashes and matches bytes; people and JSON want text. Outside, every string is text: bytes that
 * are UTF-8 stand as their characters, a byte that is not stands as the lone surrogate U+DC00 + byte, so nothing is
 * lost. Inside, a byte string holds one character per byte (latin1), which is exact and fast. ASCII is both.
 */

const ascii = /^[\u0000-\u007f]*$/;
const kept = /[\udc80-\udcff]/;

/** Text or bytes as a byte string. */
export function bytesOf(from: string | Uint8Array): string {
  if (typeof from !== 'string')
    return Buffer.from(from.buffer, from.byteOffset, from.byteLength).toString('latin1');
  if (ascii.test(from)) return from;
  if (!kept.test(from)) return Buffer.from(from, 'utf8').toString('latin1');
  let bytes = '';
  // By characters: a surrogate of a pair comes as one character with its partner, a lone one is a byte.
  for (const char of from) {
    const code = char.codePointAt(0) ?? 0;
    const lone = code >= 0xdc80 && code <= 0xdcff;
    bytes += lone ? String.fromCharCode(code - 0xdc00) : Buffer.from(char, 'utf8').toString('latin1');
  }
  return bytes;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A byte string as text. */
export function textOf(bytes: string): string {
  if (ascii.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  try {
    return strict.decode(buffer);
  } catch {
    return mixedText(buffer);
  }
}

/** Text with bytes between that are none. */
function mixedText(buffer: Buffer): string {
  let text = '';
  for (let at = 0; at < buffer.length;) {
    const first = buffer[at] ?? 0;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const char = first < 0x80 || first >= 0xc2 ? buffer.toString('utf8', at, at + length) : '\ufffd';
    const whole = char.length > 0 && !char.includes('\ufffd') && Buffer.byteLength(char) === length;
    const real = whole || buffer.toString('latin1', at, at + 3) === '\u00ef\u00bf\u00bd';
    text += real ? char : String.fromCharCode(0xdc00 + first);
    at += real ? length : 1;
  }
  return text;
}

/** C's isspace in the "C" locale. */
export const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Whether a user name or a pattern holds a blank or a NUL, which the server forbids. */
export function hasSpace(bytes: string): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes.charCodeAt(i);
    if (code === 0 || isSpace(code)) return true;
  }
  return false;
}

/** What a C function sees of a string: up to the first NUL. */
export function cString(bytes: string): string {
  const end = bytes.indexOf('\0');
  return end < 0 ? bytes : bytes.slice(0, end);
}

/** `bytes` without the characters of `set` at both ends. */
export function trimSet(bytes: string, set: string): string {
  let start = 0;
  let end = bytes.length;
  while (start < end && set.includes(bytes[start] ?? '')) start++;
  while (end > start && set.includes(bytes[end - 1] ?? '')) end--;
  return bytes.slice(start, end);
}

/** Lower case as C's tolower in the "C" locale: ASCII letters only. */
export const lower = (bytes: string): string =>
  ascii.test(bytes) ? bytes.toLowerCase() : bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** strcasecmp() == 0 */
export const sameWord = (a: string, b: string): boolean => lower(cString(a)) === lower(cString(b));
