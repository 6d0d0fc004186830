import type { Split, splitArgs } from '../quote/index.ts';
import { splitArgs as split } from '../quote/index.ts';

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const [VT, FF] = [0x0b, 0x0c];
const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
// Vertical tab and form feed are blanks between arguments, and letters inside one.
const ends = (byte: number): boolean =>
  byte === 0 || byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/**
 * Splits as Valkey 9.1 and later: as `splitArgs`, but what touches a closing quote is joined to it, as in a shell
 * (`"a"b` is `ab`). Measured on Valkey 9.1.2; 8.1.1 still refuses it.
 */
export const joinQuotes: typeof splitArgs = (bytes): Split<Uint8Array> => {
  const plain = split(bytes);
  // Only after a closing quote can the two differ: the strict reading fails, or ends at one of the odd blanks.
  const odd = bytes.includes(VT) || bytes.includes(FF);
  return odd || plain.problem === 'text after a closing quote' ? joined(bytes) : plain;
};

function joined(bytes: Uint8Array): Split<Uint8Array> {
  const value: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    while (isBlank(bytes[at] ?? 0)) at++;
    if ((bytes[at] ?? 0) === 0) return { value };
    const parts: Uint8Array[] = [];
    while (!ends(bytes[at] ?? 0)) {
      const from = at;
      const quote = bytes[at];
      if (quote === QUOTE || quote === APOSTROPHE) {
        at = closing(bytes, at, quote);
        if (at < 0) return { problem: 'unbalanced quotes', column: from + 1 };
        const inner = split(bytes.subarray(from, at));
        if (inner.problem !== undefined) return { problem: inner.problem, column: from + 1 };
        parts.push(...inner.value);
      } else {
        while (!ends(bytes[at] ?? 0) && bytes[at] !== QUOTE && bytes[at] !== APOSTROPHE) at++;
        parts.push(bytes.subarray(from, at));
      }
    }
    value.push(Buffer.concat(parts));
  }
}

/** Where the quoted piece that opens at `at` ends, or -1. */
function closing(bytes: Uint8Array, at: number, quote: number): number {
  for (let i = at + 1; (bytes[i] ?? 0) !== 0; i++) {
    if (bytes[i] === quote) return i + 1;
    if (bytes[i] !== BACKSLASH) continue;
    const after = bytes[i + 1] ?? 0;
    if (quote === QUOTE ? after !== 0 : after === APOSTROPHE) i++;
  }
  return -1;
}
