const who: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };
const what: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111 };

/**
 * Permission bits as chmod would leave them: octal, or words like `go-w` and `u=rw,g=r,o=`.
 *
 * @throws Error for what chmod does not take
 * @example modeOf('go-w', 0o666) // 0o644
 */
export function modeOf(words: string, now: number): number {
  if (/^[0-7]{1,4}$/.test(words)) return Number.parseInt(words, 8);
  let mode = now;
  for (const word of words.split(',')) {
    const [, people = '', sign = '', rights = ''] = /^([ugoa]{0,4})([-+=])([rwx]{0,3})$/.exec(word) ?? [];
    if (sign === '') throw new Error(`not a mode: ${JSON.stringify(words)}`);
    const of = (people || 'a').split('').reduce((bits, one) => bits | (who[one] ?? 0), 0);
    const bits = rights.split('').reduce((sum, one) => sum | (what[one] ?? 0), 0) & of;
    mode = sign === '+' ? mode | bits : sign === '-' ? mode & ~bits : (mode & ~of) | bits;
  }
  return mode;
}
