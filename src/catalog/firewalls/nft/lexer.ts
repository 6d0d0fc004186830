/** Words and signs of nft's native text, one at a time. */
import { parseIpv6 } from './ranges.ts';

export type TokenKind =
  | 'word'
  | 'quoted'
  | 'number'
  | 'address'
  | 'sign'
  /** A line's end or `;`. */
  | 'end'
  | 'eof'
  | 'junk';

export interface Mark {
  readonly at: number;
  readonly line: number;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isHex = (code: number): boolean =>
  isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
const twoSigns = new Set(['==', '!=', '<=', '>=', '<<', '>>']);

export class Lexer {
  constructor(text: string) {
    this.text = text;
    this.advance();
  }
  readonly text: string;
  kind: TokenKind = 'eof';
  value = '';
  /** Where the token begins, and where the one before it ended. */
  start = 0;
  line = 1;
  previousEnd = 0;
  /** Comments `# handle 12` that were passed, for the rule before them. */
  handle: number | undefined;
  /** The text ends within a comment. */
  cutOff = false;
  private at = 0;
  private atLine = 1;

  /** The kind after a step, which the compiler would not look at again. */
  now(): TokenKind {
    return this.kind;
  }

  mark(): Mark {
    return { at: this.start, line: this.line };
  }

  back({ at, line }: Mark): void {
    this.at = at;
    this.atLine = line;
    this.advance();
  }

  /** Goes on reading at `at`, which lies `lines` further down than the current token. */
  jump(at: number, lines: number): void {
    this.at = at;
    this.atLine = this.line + lines;
    this.advance();
  }

  get column(): number {
    return this.start - this.text.lastIndexOf('\n', this.start - 1);
  }

  advance(): void {
    const { text } = this;
    this.previousEnd = this.at;
    this.skipBlanks();
    this.start = this.at;
    this.line = this.atLine;
    if (this.at >= text.length) return this.token('eof', 0);
    const code = text.charCodeAt(this.at);
    if (code === 10) {
      this.atLine++;
      return this.token('end', 1);
    }
    if (code === 59) return this.token('end', 1);
    if (code === 34) return this.quoted();
    if (isDigit(code) || code === 58 || isHex(code)) {
      const length = this.address();
      if (length > 0) return this.token('address', length);
    }
    if (isDigit(code)) return this.number();
    if (isLetter(code) || code === 95) return this.word();
    const two = text.slice(this.at, this.at + 2);
    if (twoSigns.has(two)) return this.token('sign', 2);
    this.token('{}(),:=<>&|^!/-.@$*[]+'.includes(text.charAt(this.at)) ? 'sign' : 'junk', 1);
  }

  private token(kind: TokenKind, length: number): void {
    this.kind = kind;
    this.value = this.text.slice(this.at, this.at + length);
    this.at += length;
  }

  private skipBlanks(): void {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 32 || code === 9 || code === 13) this.at++;
      else if (code === 92 && text.charCodeAt(this.at + 1) === 10) {
        this.at += 2;
        this.atLine++;
      } else if (code === 35) {
        const end = text.indexOf('\n', this.at);
        const comment = text.slice(this.at, Math.min(end === -1 ? text.length : end, this.at + 40));
        const handle = /^# handle ([0-9]{1,9})/.exec(comment)?.[1];
        if (handle !== undefined) this.handle = Number(handle);
        // nft wants every comment to have an end of line.
        if (end === -1) this.cutOff = true;
        this.at = end === -1 ? text.length : end;
      } else return;
    }
  }

  private quoted(): void {
    const end = this.text.indexOf('"', this.at + 1);
    const line = this.text.indexOf('\n', this.at);
    if (end === -1 || (line !== -1 && line < end)) return this.token('junk', 1);
    this.kind = 'quoted';
    this.value = this.text.slice(this.at + 1, end);
    this.at = end + 1;
  }

  /** Length of an IPv4, IPv6 or Ethernet address that begins here. */
  private address(): number {
    const { text, at } = this;
    let end = at;
    let [dots, colons] = [0, 0];
    for (; end - at < 64; end++) {
      const code = text.charCodeAt(end);
      if (code === 46) dots++;
      else if (code === 58) colons++;
      else if (!isHex(code)) break;
    }
    if (colons < 2) return colons === 0 && dots >= 3 ? this.quad(end) : colons === 1 ? this.quad(end) : 0;
    // `22:accept` and a word that goes on are no addresses.
    for (let last = end; last > at + 1; last--) {
      const candidate = text.slice(at, last);
      if (
        /^(?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}$/.test(candidate) ||
        parseIpv6(candidate) !== undefined
      ) {
        const after = text.charCodeAt(last);
        return last === end && (isLetter(after) || after === 95) ? 0 : last - at;
      }
      // Only what hangs on at the end may be cut off: a sign that belongs to what follows.
      const code = text.charCodeAt(last - 1);
      if (code !== 58 && code !== 46) break;
    }
    return this.quad(end);
  }

  private quad(limit: number): number {
    const { text, at } = this;
    let end = at;
    let parts = 0;
    while (end < limit) {
      const from = end;
      while (end < limit && isDigit(text.charCodeAt(end))) end++;
      if (end === from || end - from > 3) return 0;
      parts++;
      if (parts === 4) return isLetter(text.charCodeAt(end)) ? 0 : end - at;
      if (text.charCodeAt(end) !== 46) return 0;
      end++;
    }
    return 0;
  }

  private number(): void {
    const { text, at } = this;
    let end = at;
    if (text.charCodeAt(at) === 48 && (text.charCodeAt(at + 1) | 32) === 120) {
      end += 2;
      while (isHex(text.charCodeAt(end))) end++;
      if (end > at + 2) return this.token('number', end - at);
      end = at;
    }
    while (isDigit(text.charCodeAt(end))) end++;
    const digits = end;
    // A time as `1h30m`; anything else is a number and what follows.
    while (isDigit(text.charCodeAt(end)) || isLetter(text.charCodeAt(end))) end++;
    if (end > digits && end - at < 40 && /^(?:[0-9]+(?:d|h|m|s|ms))+$/.test(text.slice(at, end)))
      return this.token('word', end - at);
    this.token('number', digits - at);
  }

  private word(): void {
    const { text } = this;
    let end = this.at + 1;
    for (;;) {
      const code = text.charCodeAt(end);
      if (isLetter(code) || isDigit(code) || code === 95 || code === 45 || code === 46 || code === 47) end++;
      else if (code === 92 && text.charCodeAt(end + 1) !== 10 && end + 1 < text.length) end += 2;
      else break;
    }
    if (text.charCodeAt(end) === 42) end++;
    this.token('word', end - this.at);
  }
}
