/**
 * The server compares, hashes and matches bytes; people and JSON want text. Outside, every string is text: bytes that
 * are UTF-8 stand as their characters, a byte that is not stands as the lone surrogate U+DC00 + byte, so nothing is
 * lost. Inside, a byte string holds one character per byte (latin1), which is exact and fast. ASCII is both.
 */

import { cString, decodeText, encodeText, isSpace, lowerAscii } from '../c-text/index.ts';

const ascii = /^[\u0000-\u007f]*$/;
const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');

/** Text or bytes as a byte string. */
export function bytesOf(from: string | Uint8Array): string {
  if (typeof from !== 'string') return latin1(from);
  return ascii.test(from) ? from : latin1(encodeText(from));
}

/** A byte string as text. */
export const textOf = (bytes: string): string =>
  ascii.test(bytes) ? bytes : decodeText(Buffer.from(bytes, 'latin1'));

/** Whether a user name or a pattern holds a blank or a NUL, which the server forbids. */
export function hasSpace(bytes: string): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes.charCodeAt(i);
    if (code === 0 || isSpace(code)) return true;
  }
  return false;
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
export const sameWord = (a: string, b: string): boolean => lowerAscii(cString(a)) === lowerAscii(cString(b));
