import { cString, isSpace } from './byte-string.ts';

/** The server's strict integer: no blanks, no `+`, no leading zeros, within 64 bits. Else undefined. */
export function strictInteger(text: string): bigint | undefined {
  if (text.length === 0 || text.length > 20 || !/^(?:0|-?[1-9][0-9]*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined;
}

/** C's atoi: leading blanks, a sign, digits; the rest is ignored; the low 32 bits of what was read. */
export function atoi(text: string): number {
  const line = cString(text);
  let at = 0;
  while (at < line.length && isSpace(line.charCodeAt(at))) at++;
  const negative = line[at] === '-';
  if (negative || line[at] === '+') at++;
  let value = 0n;
  const top = 2n ** 63n;
  for (; at < line.length; at++) {
    const digit = line.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) break;
    if (value < top) value = value * 10n + BigInt(digit);
  }
  if (negative) value = value > top ? -top : -value;
  else if (value >= top) value = top - 1n;
  return Number(BigInt.asIntN(32, value));
}
