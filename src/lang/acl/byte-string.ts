/**
 * The server compares, hashes and matches bytes. Here a byte string is a JavaScript string with one
 * character per byte (what `Buffer.toString('latin1')` gives), so nothing is lost and everything is fast.
 */

const wide = /[^\u0000-\u00ff]/;

/**
 * Bytes as a byte string. A string is taken to be one already, unless it holds a character above U+00FF:
 * then it is text, and becomes its UTF-8 bytes.
 */
export function byteString(from: string | Uint8Array): string {
  if (typeof from === 'string') return wide.test(from) ? Buffer.from(from, 'utf8').toString('latin1') : from;
  return Buffer.from(from.buffer, from.byteOffset, from.byteLength).toString('latin1');
}

/** A byte string as text for people: read as UTF-8, with U+FFFD for what is not. */
export const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

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

/** strcasecmp() == 0 */
export const sameWord = (a: string, b: string): boolean =>
  a.length === b.length
    ? a.toLowerCase() === b.toLowerCase()
    : cString(a).toLowerCase() === cString(b).toLowerCase();
