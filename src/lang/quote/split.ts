/**
 * Splits one line into arguments exactly as the server does (`sdssplitargs` of Redis and Valkey), for
 * redis.conf, ACL files and inline commands. Where it surprises, it surprises as the server does:
 *
 * - vertical tab and form feed are skipped between arguments, but do not end one that has begun;
 * - a quote opens anywhere (`a"b c"` is `ab c`), and what follows the closing one must be blank;
 * - a NUL ends the line: the server sees a C string;
 * - `\xHH` and the letters n r t b a are escapes in double quotes only; `\'` is the only one in single quotes.
 */
import { isSpace } from '../c-text/index.ts';

/** The arguments, or what is wrong and the column (from 1, in bytes) where it is. */
export type Split<T> =
  | { readonly value: readonly T[]; readonly problem?: undefined }
  | { readonly problem: SplitProblem; readonly column: number };

export interface SplitOptions {
  /**
   * Valkey 9.1 and later, in configuration files: what touches a closing quote is joined to it, as in a shell (`"a"b`
   * is `ab`). Measured on Valkey 9.1.2; 8.1.1 still refuses it.
   */
  readonly joinQuotes?: boolean;
}

/** `unbalanced quotes`: the column of the quote that never closes. `text after a closing quote`: of that text. */
export type SplitProblem = 'unbalanced quotes' | 'text after a closing quote';

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;

// What ends a run of plain bytes: 1 a separator or NUL, 2 a quote.
const stops = new Uint8Array(256);
for (const byte of [0, 0x09, 0x0a, 0x0d, 0x20]) stops[byte] = 1;
stops[QUOTE] = 2;
stops[APOSTROPHE] = 2;

/**
 * Splits the bytes of one line. Plain arguments are views into `bytes`, not copies: keep `bytes` unchanged
 * for as long as they are used.
 *
 * @example splitArgs(Buffer.from('set k "a\\x20b"')) // { value: [set, k, a b] }
 */
export function splitArgs(bytes: Uint8Array, { joinQuotes = false }: SplitOptions = {}): Split<Uint8Array> {
  const value: Uint8Array[] = [];
  const end = bytes.length;
  let room: Room | undefined;
  let at = 0;
  for (;;) {
    while (at < end && isSpace(bytes[at] ?? 0)) at++;
    if (at >= end || bytes[at] === 0) return { value };
    const start = at;
    while (at < end && stops[bytes[at] ?? 0] === 0) at++;
    if (at < end && stops[bytes[at] ?? 0] === 2) {
      // What is unquoted is never longer than its source: one room serves the whole line.
      room ??= { bytes: new Uint8Array(end - start), used: 0 };
      const from = room.used;
      const next = unquote(bytes, start, room, joinQuotes);
      if (typeof next !== 'number') return next;
      at = next;
      value.push(room.bytes.subarray(from, room.used));
    } else {
      value.push(bytes.subarray(start, at));
    }
  }
}

/**
 * The same for text that holds one byte per character (latin1), which is faster when strings are wanted.
 * Characters above U+00FF are not bytes: decode with 'latin1', not 'utf8'.
 *
 * @example splitText('bind 127.0.0.1 ::1') // { value: ['bind', '127.0.0.1', '::1'] }
 */
export function splitText(line: string, options: SplitOptions = {}): Split<string> {
  const value: string[] = [];
  const end = line.length;
  let at = 0;
  for (;;) {
    while (at < end && isSpace(line.charCodeAt(at))) at++;
    if (at >= end || line.charCodeAt(at) === 0) return { value };
    const start = at;
    let stop: number | undefined = 0;
    while (at < end && !(stop = stops[line.charCodeAt(at)])) at++;
    if (stop === 2) {
      const close = at === start ? plainQuoteEnd(line, at) : -1;
      if (close < 0) return splitQuotedText(line, options);
      value.push(line.slice(at + 1, close));
      at = close + 1;
    } else value.push(line.slice(start, at));
  }
}

/** Where a quoted argument without escapes ends, followed by a separator or nothing: by far the most common; else -1. */
function plainQuoteEnd(line: string, open: number): number {
  const quote = line.charCodeAt(open);
  for (let at = open + 1; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === quote) return at + 1 === line.length || stops[line.charCodeAt(at + 1)] === 1 ? at : -1;
    if (code === BACKSLASH || code === 0) return -1;
  }
  return -1;
}

function splitQuotedText(line: string, options: SplitOptions): Split<string> {
  const split = splitArgs(Buffer.from(line, 'latin1'), options);
  if (split.problem !== undefined) return split;
  return {
    value: split.value.map((bytes) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
    ),
  };
}

interface Room {
  readonly bytes: Uint8Array;
  used: number;
}

/** Writes the argument that begins at `at` into `room`; returns where it ends. */
function unquote(bytes: Uint8Array, at: number, room: Room, joinQuotes: boolean): number | Split<never> {
  const out = room.bytes;
  const end = bytes.length;
  let used = room.used;
  let quote = 0;
  let opened = 0;
  for (; ; at++) {
    // Past the end reads as NUL, as in C: a NUL inside the line and the end of it are the same thing.
    const byte = at < end ? (bytes[at] ?? 0) : 0;
    if (quote === 0) {
      const stop = stops[byte];
      if (stop === 1) break;
      if (stop === 2) {
        quote = byte;
        opened = at;
      } else out[used++] = byte;
    } else if (byte === 0) {
      return { problem: 'unbalanced quotes', column: opened + 1 };
    } else if (byte === quote && joinQuotes) {
      quote = 0;
    } else if (byte === quote) {
      const after = bytes[++at] ?? 0;
      if (after !== 0 && !isSpace(after)) return { problem: 'text after a closing quote', column: at + 1 };
      break;
    } else if (byte === BACKSLASH) {
      const escaped = bytes[at + 1] ?? 0;
      if (quote === APOSTROPHE) {
        if (escaped === APOSTROPHE) at++;
        out[used++] = escaped === APOSTROPHE ? APOSTROPHE : BACKSLASH;
        continue;
      }
      const code = escaped === 0x78 ? hexPair(bytes, at + 2) : -1;
      if (code >= 0) at += 3;
      else if (escaped !== 0) at++;
      out[used++] = code >= 0 ? code : escaped === 0 ? BACKSLASH : (escapes.get(escaped) ?? escaped);
    } else out[used++] = byte;
  }
  room.used = used;
  return at;
}

// n r t b a
const escapes: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x62, 0x08],
  [0x61, 0x07],
]);

const hexDigit = (byte: number): number => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

/** The byte written as two hexadecimal digits at `at`, or -1. */
function hexPair(bytes: Uint8Array, at: number): number {
  const high = hexDigit(bytes[at] ?? 0);
  const low = hexDigit(bytes[at + 1] ?? 0);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}
