/**
 * Glob patterns as the servers match them (stringmatchlen), byte by byte. The servers recurse at each `*`;
 * going back to the last `*` only gives the same answer, because what follows it may match anywhere, and it
 * takes at most pattern × text steps. Two oddities are kept: `*` does not match an empty text unless
 * something was matched before it, and beyond 1000 groups of `*` nothing matches.
 */
import { bytesOf } from './byte-string.ts';

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const DASH = 0x2d;

const maximumStars = 1000;

/**
 * Whether a key or channel pattern of an ACL rule matches.
 *
 * @example matchesGlob('user:[0-9]*', 'user:42') // true
 */
export const matchesGlob = (pattern: string, text: string): boolean =>
  matchesBytes(bytesOf(pattern), bytesOf(text));

/** The same for byte strings. */
export function matchesBytes(pattern: string, text: string): boolean {
  const patternEnd = pattern.length;
  const textEnd = text.length;
  let p = 0;
  let t = 0;
  let stars = 0;
  let starAfter = -1;
  let starText = 0;
  while (t < textEnd) {
    if (p < patternEnd && pattern.charCodeAt(p) === STAR) {
      while (pattern.charCodeAt(p) === STAR) p++;
      if (p === patternEnd) return true;
      if (++stars > maximumStars) return false;
      starAfter = p;
      starText = t;
      continue;
    }
    const next = p < patternEnd ? step(pattern, p, text.charCodeAt(t)) : -1;
    if (next >= 0) {
      p = next;
      t++;
    } else {
      if (starAfter < 0) return false;
      p = starAfter;
      t = ++starText;
    }
  }
  // An empty text never enters the server's loop, so not even `*` matches it.
  if (textEnd > 0) while (pattern.charCodeAt(p) === STAR) p++;
  return p === patternEnd && (starAfter < 0 || starText < textEnd);
}

/** Where the pattern goes on after its element at `p` took the byte, or -1 if it does not take it. */
function step(pattern: string, p: number, byte: number): number {
  const code = pattern.charCodeAt(p);
  if (code === QUESTION) return p + 1;
  if (code === OPEN) return bracket(pattern, p, byte);
  const escaped = code === BACKSLASH && p + 1 < pattern.length;
  return pattern.charCodeAt(escaped ? p + 1 : p) === byte ? p + (escaped ? 2 : 1) : -1;
}

// C's char is signed where these servers run: in a range, bytes from 0x80 come before 0x00.
const signed = (byte: number): number => (byte > 127 ? byte - 256 : byte);

/** A bracket without its `]` runs to the end of the pattern. */
function bracket(pattern: string, open: number, byte: number): number {
  const end = pattern.length;
  let p = open + 1;
  const negated = pattern.charCodeAt(p) === CARET;
  if (negated) p++;
  let found = false;
  for (;;) {
    if (p >= end) break;
    const code = pattern.charCodeAt(p);
    if (code === BACKSLASH && p + 1 < end) {
      if (pattern.charCodeAt(++p) === byte) found = true;
    } else if (code === CLOSE) {
      p++;
      break;
    } else if (p + 2 < end && pattern.charCodeAt(p + 1) === DASH) {
      const from = signed(code);
      const to = signed(pattern.charCodeAt(p + 2));
      const value = signed(byte);
      if (value >= Math.min(from, to) && value <= Math.max(from, to)) found = true;
      p += 2;
    } else if (code === byte) found = true;
    p++;
  }
  return found === negated ? -1 : p;
}
