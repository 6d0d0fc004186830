/** Lines that describe a user, as ACL LIST prints them. */
const isSingle = (word: string): boolean => /^[+-][^@]/.test(word);

/** Name of the user of a line `user <name> <rules>`. */
export const nameIn = (line: string): string | undefined => {
  const [first, name] = line.trim().split(' ');
  return first === 'user' ? name : undefined;
};

export const rulesIn = (line: string): readonly string[] => line.trim().split(' ').slice(2).filter(Boolean);

/**
 * The line with each row of single commands in the order of their names. Before 7.2 a server prints them in the
 * order of its table, which it draws anew at each start; in a row of single commands the order says nothing.
 */
export function inOrder(line: string): string {
  const words = line
    .trim()
    .split(/\s+/)
    // Says what holds without it; `reset` leaves it behind in some versions.
    .filter((word) => word !== 'sanitize-payload');
  const ordered: string[] = [];
  let row: string[] = [];
  for (const word of [...words, '']) {
    if (isSingle(word)) row.push(word);
    else {
      // By the name first: `-get +get` is not the same as `+get -get`, and none of the two is ever printed.
      ordered.push(...row.toSorted((a, b) => (a.slice(1) < b.slice(1) ? -1 : 1)));
      row = [];
      if (word !== '') ordered.push(word);
    }
  }
  return ordered.join(' ');
}

/** The line without its passwords. */
export const withoutPasswords = (line: string): string =>
  line
    .split(' ')
    .map((word) => (/^[#><!]/.test(word) ? `${word[0]}***` : word))
    .join(' ');
