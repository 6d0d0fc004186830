import { take, width } from './width.ts';

/** `word` in pieces of at most `columns`; one character that is wider than that stands alone. */
function pieces(word: string, columns: number): string[] {
  const found: string[] = [];
  let at = 0;
  do {
    // No more is looked at than a piece can hold, so that a long word costs its length and not its square.
    const rest = word.slice(at, at + columns * 8 + 128);
    const piece = take(rest, columns) || String.fromCodePoint(rest.codePointAt(0) ?? 0);
    found.push(piece);
    at += piece.length;
  } while (at < word.length);
  return found;
}

/**
 * `text` as lines of at most `columns`, broken at spaces; a longer word is broken where it must be. Runs of spaces
 * count as one. Always gives at least one line.
 *
 * @example wrap('one two three', 8) // ['one two', 'three']
 */
export function wrap(text: string, columns: number): readonly string[] {
  const room = Math.max(1, columns);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (width(joined) <= room) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const parts = pieces(word, room);
    for (const part of parts.slice(0, -1)) lines.push(part);
    line = parts.at(-1) ?? '';
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}
