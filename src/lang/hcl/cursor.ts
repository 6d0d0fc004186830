/** A place in a text of HCL. It stops for good at the first mistake: what stands behind one cannot be trusted. */
export class Cursor {
  readonly text: string;
  at = 0;
  failure: { readonly at: number; readonly reason: string } | undefined;
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    this.text = text;
    this.at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  fail(reason: string): void {
    this.failure ??= { at: this.at, reason };
    this.at = this.text.length;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  placeOf(at: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: at - (this.#lineStarts[low] ?? 0) + 1 };
  }

  /** Passes blanks and comments, and line ends where they mean nothing. */
  skip(lineEnds: boolean): void {
    const { text } = this;
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at);
      if (code === 32 || code === 9 || code === 13 || (code === 10 && lineEnds)) this.at++;
      else if (code === 35 || text.startsWith('//', this.at)) {
        const end = text.indexOf('\n', this.at);
        this.at = end < 0 ? text.length : end;
      } else if (text.startsWith('/*', this.at)) {
        const end = text.indexOf('*/', this.at + 2);
        if (end < 0) this.fail('a comment without an end');
        else this.at = end + 2;
      } else return;
    }
  }

  sees(mark: string): boolean {
    return this.text.startsWith(mark, this.at);
  }

  take(mark: string): boolean {
    if (!this.sees(mark)) return false;
    this.at += mark.length;
    return true;
  }

  expect(mark: string): void {
    if (!this.take(mark)) this.fail(this.ended ? `the file ends before ${mark}` : `${mark} is missing`);
  }

  /** A name, which may hold dashes; nothing where none stands here. */
  name(): string | undefined {
    const isStart = (code: number): boolean =>
      (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code > 127;
    const from = this.at;
    if (!isStart(this.text.charCodeAt(from))) return undefined;
    while (this.at < this.text.length) {
      const code = this.text.charCodeAt(this.at);
      if (!isStart(code) && !(code >= 48 && code <= 57) && code !== 45) break;
      this.at++;
    }
    return this.text.slice(from, this.at);
  }
}

const longestText = 200;

/** What was read since `from`: its line, and its words, shortened. */
export const placed = (cursor: Cursor, from: number): { readonly line: number; readonly text: string } => ({
  line: cursor.placeOf(from).line,
  text: cursor.text.slice(from, Math.min(cursor.at, from + longestText)),
});
