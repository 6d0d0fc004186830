/** The server's ways to read a size in bytes. */
import { cString, lowerAscii } from '../c-text/index.ts';

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);
const UNSIGNED_MAX = 2n ** 64n - 1n;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

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

interface MemoryOptions {
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
