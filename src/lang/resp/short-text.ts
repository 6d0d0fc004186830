/**
 * Short ASCII text without the call into C++ that Buffer's own decoding costs: about a third of the time for a few
 * bytes. Most strings of most replies are keys, names, flags and numbers.
 */
const chars = String.fromCharCode as (...codes: readonly (number | undefined)[]) => string;

/** The longest text that is read here. */
export const SHORT = 16;

/** The text of `length` bytes, 1 to SHORT, or undefined where one is not ASCII. */
export function shortText(b: Uint8Array, i: number, length: number): string | undefined {
  let bits = 0;
  for (let k = i; k < i + length; k++) bits |= b[k] as number;
  if (bits > 0x7f) return undefined;
  switch (length) {
    case 1:
      return chars(b[i]);
    case 2:
      return chars(b[i], b[i + 1]);
    case 3:
      return chars(b[i], b[i + 1], b[i + 2]);
    case 4:
      return chars(b[i], b[i + 1], b[i + 2], b[i + 3]);
    case 5:
      return chars(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4]);
    case 6:
      return chars(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5]);
    case 7:
      return chars(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6]);
    case 8:
      return chars(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7]);
    case 9:
      return chars(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8]);
    case 10:
      return chars(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
        b[i + 8],
        b[i + 9],
      );
    case 11:
      return chars(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
        b[i + 8],
        b[i + 9],
        b[i + 10],
      );
    case 12:
      return chars(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
        b[i + 8],
        b[i + 9],
        b[i + 10],
        b[i + 11],
      );
    case 13:
      return chars(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
        b[i + 8],
        b[i + 9],
        b[i + 10],
        b[i + 11],
        b[i + 12],
      );
    case 14:
      return chars(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
        b[i + 8],
        b[i + 9],
        b[i + 10],
        b[i + 11],
        b[i + 12],
        b[i + 13],
      );
    case 15:
      return chars(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
        b[i + 8],
        b[i + 9],
        b[i + 10],
        b[i + 11],
        b[i + 12],
        b[i + 13],
        b[i + 14],
      );
    case 16:
      return chars(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
        b[i + 8],
        b[i + 9],
        b[i + 10],
        b[i + 11],
        b[i + 12],
        b[i + 13],
        b[i + 14],
        b[i + 15],
      );
    default:
      return undefined;
  }
}
