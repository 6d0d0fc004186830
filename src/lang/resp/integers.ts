import type { Frame } from './frame.ts';
import { CR, INTEGER, LF } from './wire.ts';

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
// The shortest is `:0` and its CRLF.
const SHORTEST = 4;

/**
 * Reads integers of at most nine digits from `at` into the frame, for as long as they are whole and the frame is
 * not full; returns where it stopped. A loop of its own, because long arrays of integers are common, and because
 * nine digits fit 31 bits: one number of more would make a float of every sum.
 */
export function readShortIntegers(buffer: Uint8Array, at: number, stop: number, frame: Frame): number {
  const { items, length } = frame;
  let { filled } = frame;
  while (filled < length && stop - at >= SHORTEST && buffer[at] === INTEGER) {
    let i = at + 1;
    let digit = (buffer[i] as number) - ZERO;
    // A leading zero stands alone; a minus sign stands before a number other than zero.
    const negative = digit === MINUS - ZERO;
    if (negative) digit = (buffer[++i] as number) - ZERO;
    if (digit < (negative ? 1 : 0) || digit > 9) break;
    let number = digit;
    const last = digit === 0 ? i : Math.min(stop, i + 9);
    while (++i < last && (digit = ((buffer[i] as number) - ZERO) >>> 0) <= 9) {
      number = (number * 10 + digit) | 0;
    }
    if (i + 2 > stop || buffer[i] !== CR || buffer[i + 1] !== LF) break;
    at = i + 2;
    items[filled++] = negative ? -number : number;
  }
  frame.filled = filled;
  return at;
}

/** From so many missing on, `readManyIntegers` is worth its view of the chunk. */
export const MANY = 32;
/** `:`, a minus sign, nine digits and the line's end; what is read ahead of that stays within it. */
const LONGEST = 13;

/** Whether the four bytes of a little-endian word are digits: their upper halves are 3, also with 6 added. */
const areDigits = (word: number): boolean => (word & (word + 0x06060606) & 0xf0f0f0f0) === 0x30303030;

/** Their value: neighbours are added in pairs, and the pairs once more. */
const valueOf = (word: number): number =>
  Math.imul((Math.imul(word & 0x0f0f0f0f, 2561) >>> 8) & 0x00ff00ff, 6553601) >>> 16;

/**
 * The same for long arrays, four digits at a time, for as long as any integer of nine digits would be whole: a fifth
 * less time. `view` is of the same bytes.
 */
export function readManyIntegers(
  buffer: Uint8Array,
  view: DataView,
  at: number,
  stop: number,
  frame: Frame,
): number {
  const { items, length } = frame;
  let { filled } = frame;
  const sure = stop - LONGEST;
  while (filled < length && at <= sure && buffer[at] === INTEGER) {
    let i = at + 1;
    const negative = buffer[i] === MINUS;
    if (negative) i++;
    const first = buffer[i] as number;
    let number = 0;
    if (first > ZERO && first <= NINE) {
      let room = 1;
      let word = view.getInt32(i, true);
      if (areDigits(word)) {
        number = valueOf(word);
        i += 4;
        word = view.getInt32(i, true);
        if (areDigits(word)) {
          number = number * 10_000 + valueOf(word);
          i += 4;
        } else room = 3;
      } else room = 3;
      let digit = 0;
      while (room-- > 0 && (digit = ((buffer[i] as number) - ZERO) >>> 0) <= 9) {
        number = (number * 10 + digit) | 0;
        i++;
      }
    } else if (first === ZERO && !negative) i++;
    else break;
    if (buffer[i] !== CR || buffer[i + 1] !== LF) break;
    at = i + 2;
    items[filled++] = negative ? -number : number;
  }
  frame.filled = filled;
  return at;
}

/** The same for integers of ten to fifteen digits, which are still exact. */
export function readLongIntegers(buffer: Uint8Array, at: number, stop: number, frame: Frame): number {
  const { items, length } = frame;
  let { filled } = frame;
  while (filled < length && stop - at >= SHORTEST && buffer[at] === INTEGER) {
    let i = at + 1;
    const negative = buffer[i] === MINUS;
    if (negative) i++;
    const first = i;
    const last = Math.min(stop, i + 15);
    let number = 0;
    let digit = 0;
    while (i < last && (digit = ((buffer[i] as number) - ZERO) >>> 0) <= 9) {
      number = number * 10 + digit;
      i++;
    }
    if (i - first < 10 || buffer[first] === ZERO) break;
    if (i + 2 > stop || buffer[i] !== CR || buffer[i + 1] !== LF) break;
    at = i + 2;
    items[filled++] = negative ? -number : number;
  }
  frame.filled = filled;
  return at;
}
