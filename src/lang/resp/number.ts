/**
 * The numbers of the wire, as strict as the servers' own reader (string2ll): no blanks, no leading zeros, no
 * minus zero. Each returns `undefined` for what is not one.
 */
const ZERO = 0x30;
const MAX_INT64 = 2n ** 63n;

/** Whether `buffer[from, to)` is digits without a leading zero. */
function isDigits(buffer: Uint8Array, from: number, to: number): boolean {
  if (from >= to || (to - from > 1 && buffer[from] === ZERO)) return false;
  for (let i = from; i < to; i++) {
    const digit = (buffer[i] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

/** The value of digits; exact up to fifteen of them. */
function sum(buffer: Uint8Array, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * 10 + (buffer[i] ?? 0) - ZERO;
  return number;
}

/** A declared length: digits, or `-1` for null. */
export function readLength(buffer: Uint8Array, from: number, to: number): number | undefined {
  if (to - from === 2 && buffer[from] === 0x2d && buffer[from + 1] === 0x31) return -1;
  // Longer than 19 digits is no 64-bit number; between 16 and 19 it is imprecise, and over every limit anyway.
  return to - from <= 19 && isDigits(buffer, from, to) ? sum(buffer, from, to) : undefined;
}

/** A signed integer of any size; the specification allows a plus sign, which servers do not send. */
export function readBigNumber(buffer: Buffer, from: number, to: number): bigint | undefined {
  const sign = buffer[from];
  const first = sign === 0x2d || sign === 0x2b ? from + 1 : from;
  if (!isDigits(buffer, first, to)) return undefined;
  const number = BigInt(buffer.toString('latin1', first, to));
  if (sign !== 0x2d) return number;
  return number === 0n ? undefined : -number;
}

/** A 64-bit integer: a number where that is exact, else a bigint. */
export function readInteger(buffer: Buffer, from: number, to: number): number | bigint | undefined {
  if (to - from > 20) return undefined;
  if (to - from <= 15 && isDigits(buffer, from, to)) return sum(buffer, from, to);
  const number = readBigNumber(buffer, from, to);
  if (number === undefined || number >= MAX_INT64 || number < -MAX_INT64) return undefined;
  const small = Number(number);
  return Number.isSafeInteger(small) ? small : number;
}

// What C prints for a double is below 400 characters; anything longer is not one.
const MAX_DOUBLE = 512;
const words: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
  ['+nan', NaN],
  ['-nan', NaN],
]);

/** A double: decimal, with or without fraction and exponent, or inf or nan in any case. */
export function readDouble(buffer: Buffer, from: number, to: number): number | undefined {
  if (to - from > MAX_DOUBLE) return undefined;
  const text = buffer.toString('latin1', from, to);
  if (/^[+-]?\d{1,512}(?:\.\d{0,512})?(?:[eE][+-]?\d{1,512})?$/.test(text)) return Number(text);
  return words.get(text.toLowerCase());
}
