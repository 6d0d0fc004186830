/** C's and the server's ways to read an integer from text. They differ in what they let pass. */
import { cString, isSpace } from './characters.ts';

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);

/** `string2ll`: the one strict reading, of 64 bits. No blank, no plus, no leading zero, and it must fit. */
export function strictInteger(text: string): bigint | undefined {
  if (text.length > 20 || !/^(?:0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > LONG_MAX || value < LONG_MIN ? undefined : value;
}

interface IntegerPrefix {
  readonly value: bigint;
  /** What was not read; all of it where there are no digits. */
  readonly rest: string;
  readonly overflow: boolean;
}

/**
 * C's strtoll, of 64 bits: blanks and a sign may come before the digits; too large is the largest.
 *
 * @example strtoll(' 12kb') // { value: 12n, rest: 'kb', overflow: false }
 */
export function strtoll(text: string, base: 8 | 10 = 10): IntegerPrefix {
  const seen = cString(text);
  let at = 0;
  while (isSpace(seen.charCodeAt(at))) at++;
  const negative = seen[at] === '-';
  if (negative || seen[at] === '+') at++;
  const from = at;
  while (seen.charCodeAt(at) >= 0x30 && seen.charCodeAt(at) < 0x30 + base) at++;
  if (at === from) return { value: 0n, rest: seen, overflow: false };
  const value = sized(seen.slice(from, at), base) * (negative ? -1n : 1n);
  return {
    value: value > LONG_MAX ? LONG_MAX : value < LONG_MIN ? LONG_MIN : value,
    rest: seen.slice(at),
    overflow: value > LONG_MAX || value < LONG_MIN,
  };
}

/** More than 30 digits are too large whatever they are; their value is not worth computing. */
function sized(written: string, base: 8 | 10): bigint {
  const digits = written.replace(/^0+/, '') || '0';
  return digits.length > 30 ? 2n ** 64n : BigInt(base === 8 ? `0o${digits}` : digits);
}

/** C's atoi: never refuses; what does not fit wraps to 32 bits. */
export const atoi = (text: string): number => Number(BigInt.asIntN(32, strtoll(text).value));
