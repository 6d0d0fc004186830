/** C's and the server's ways to read a number from text. They differ in what they let pass, so each is here. */
import { cString, lowerAscii } from './text.ts';

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);
const UNSIGNED_MAX = 2n ** 64n - 1n;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** `string2ll`: the one strict reading. No blank, no plus, no leading zero, and it must fit. */
export function strictInteger(text: string): bigint | undefined {
  if (!/^(?:0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > LONG_MAX || value < LONG_MIN ? undefined : value;
}

/** `strtoll`: blanks and a sign before the digits; too large is the largest. `rest` is what was not read. */
export function longPrefix(
  text: string,
  base: 8 | 10 = 10,
): { value: bigint; rest: string; overflow: boolean } {
  const seen = cString(text);
  let at = 0;
  while (seen[at] === ' ' || (seen[at] !== undefined && /[\t-\r]/.test(seen[at] ?? ''))) at++;
  const negative = seen[at] === '-';
  if (negative || seen[at] === '+') at++;
  const from = at;
  while (seen.charCodeAt(at) >= 0x30 && seen.charCodeAt(at) < 0x30 + base) at++;
  if (at === from) return { value: 0n, rest: seen, overflow: false };
  // More than 30 digits are too large whatever they are; their value is not worth computing.
  const digits = seen.slice(from, at).replace(/^0+/, '') || '0';
  const size = digits.length > 30 ? UNSIGNED_MAX : BigInt(base === 8 ? `0o${digits}` : digits);
  const value = negative ? -size : size;
  const overflow = value > LONG_MAX || value < LONG_MIN;
  return {
    value: value > LONG_MAX ? LONG_MAX : value < LONG_MIN ? LONG_MIN : value,
    rest: seen.slice(at),
    overflow,
  };
}

/** `atoi`: never refuses; what does not fit wraps to 32 bits. */
export const looseInteger = (text: string): number => Number(BigInt.asIntN(32, longPrefix(text).value));

const units: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['b', 1n],
  ['k', 1000n],
  ['kb', 1024n],
  ['m', 1000n ** 2n],
  ['mb', 1024n ** 2n],
  ['g', 1000n ** 3n],
  ['gb', 1024n ** 3n],
]);

export interface MemoryOptions {
  /** The older `memtoll`, for which a number may be negative. */
  readonly signed?: boolean;
  /** Refuse what does not fit before its unit is applied. */
  readonly strict?: boolean;
}

/**
 * `memtoull`: digits and a unit, case of no matter. Without digits it is 0. What does
 * not fit is the largest number before the unit is applied, and wraps after.
 */
export function memory(
  text: string,
  { signed = false, strict = false }: MemoryOptions = {},
): bigint | undefined {
  const seen = cString(text);
  const negative = seen[0] === '-';
  if (negative && !signed) return undefined;
  let at = negative ? 1 : 0;
  while (isDigit(seen.charCodeAt(at))) at++;
  const unit = units.get(lowerAscii(seen.slice(at)));
  if (unit === undefined || at >= 128) return undefined;
  const digits = seen.slice(negative ? 1 : 0, at) || '0';
  let value = digits.length > 30 ? UNSIGNED_MAX : BigInt(digits);
  if (strict && value >= UNSIGNED_MAX && digits !== UNSIGNED_MAX.toString()) return undefined;
  if (signed) {
    value = negative ? -value : value;
    value = value > LONG_MAX ? LONG_MAX : value < LONG_MIN ? LONG_MIN : value;
    return BigInt.asIntN(64, value * unit);
  }
  return BigInt.asUintN(64, (value > UNSIGNED_MAX ? UNSIGNED_MAX : value) * unit);
}
