import type { Lexer } from './lexer.ts';
import { scanIpv4 } from './ranges.ts';

/** The long lists of the world are IPv4: read without making a token of each. */
export function packQuads(lexer: Lexer, packed: number[]): void {
  const { text } = lexer;
  let at = lexer.start;
  let lines = 0;
  let [safe, safeLines] = [at, 0];
  const blank = (): void => {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 10) lines++;
      else if (code !== 32 && code !== 9 && code !== 13) return;
      at++;
    }
  };
  for (;;) {
    blank();
    const found = scanIpv4(text, at);
    if (found === -1) break;
    at += found % 16;
    const first = Math.floor(found / 16);
    let [from, to] = [first, first];
    const sign = text.charCodeAt(at);
    if (sign === 47) {
      let length = 0;
      let digits = 0;
      for (at++; digits < 3; digits++, at++) {
        const digit = text.charCodeAt(at) - 48;
        if (!(digit >= 0 && digit <= 9)) break;
        length = length * 10 + digit;
      }
      if (digits === 0 || length > 32) break;
      const size = 2 ** (32 - length);
      from = first - (first % size);
      to = from + size - 1;
    } else if (sign === 45) {
      const end = scanIpv4(text, at + 1);
      if (end === -1 || Math.floor(end / 16) < first) break;
      at += 1 + (end % 16);
      to = Math.floor(end / 16);
    }
    blank();
    const after = text.charCodeAt(at);
    if (after !== 44 && after !== 125) break;
    packed.push(from, to);
    if (after === 44) at++;
    [safe, safeLines] = [at, lines];
    if (after === 125) break;
  }
  if (safe > lexer.start) lexer.jump(safe, safeLines);
}
