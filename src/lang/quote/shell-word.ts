/**
 * One word for a POSIX shell: whatever stands in it, the shell hands it on as it is. Not for csh or fish.
 *
 * @throws RangeError on NUL and on lone surrogates, which no argument can carry
 * @example quoteWord("it's") // `'it'\''s'`
 */
export function quoteWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('a word of a command cannot hold a NUL');
  if (!word.isWellFormed()) throw new RangeError('a word of a command cannot hold half a surrogate pair');
  return /^[A-Za-z0-9_./:+,@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A whole command line: each word quoted. @example quoteWords(['mv', 'a b', 'c']) // `mv 'a b' c` */
export const quoteWords = (words: readonly string[]): string => words.map(quoteWord).join(' ');
