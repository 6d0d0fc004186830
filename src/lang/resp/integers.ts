import type { Frame } from './frame.ts';
import { CR, INTEGER, LF } from './wire.ts';

const ZERO = 0x30;
const MINUS = 0x2d;

/**
 * Reads integers from `at` into the frame for as long as they are whole, of at most fifteen digits, and the frame
 * is not full; returns where it stopped. A loop of its own, because long arrays of integers are common and what
 * surrounds it would double its cost.
 */
export function readIntegers(buffer: Uint8Array, at: number, stop: number, frame: Frame): number {
  const { items, length } = frame;
  let { filled } = frame;
  // The shortest is `:0` and its CRLF.
  while (filled < length && stop - at >= 4 && buffer[at] === INTEGER) {
    let i = at + 1;
    let digit = (buffer[i] as number) - ZERO;
    // A leading zero stands alone; a minus sign stands before a number other than zero.
    const negative = digit === MINUS - ZERO;
    if (negative) digit = (buffer[++i] as number) - ZERO;
    if (digit < (negative ? 1 : 0) || digit > 9) break;
    let number = digit;
    if (digit === 0) i++;
    else {
      // Nine digits fit 31 bits, which is a faster sum; fifteen are still exact.
      const small = Math.min(stop, i + 9);
      while (++i < small && (digit = ((buffer[i] as number) - ZERO) >>> 0) <= 9) {
        number = (number * 10 + digit) | 0;
      }
      if (i === small) {
        const last = Math.min(stop, i + 6);
        while (i < last && (digit = ((buffer[i] as number) - ZERO) >>> 0) <= 9) {
          number = number * 10 + digit;
          i++;
        }
      }
    }
    if (i + 2 > stop || buffer[i] !== CR || buffer[i + 1] !== LF) break;
    at = i + 2;
    items[filled++] = negative ? -number : number;
  }
  frame.filled = filled;
  return at;
}
