/** Words that a plan may hand to a server or to its host, by their shape. */

/** NUL, line breaks and every other control character, and what a terminal takes for one. */
export const hasControls = (text: string): boolean => /\p{Cc}|[\u2028\u2029]/u.test(text);

/** ACL SETUSER refuses blanks and NUL; a line of a file could not hold the rest. */
export const isUserName = (name: string): boolean => name !== '' && !/\s|\p{Cc}/u.test(name);

/** One name: a blank would begin a second pair of CONFIG SET, and make a line of a file mean another directive. */
export const isSettingName = (name: string): boolean => /^[a-z0-9_.-]{1,128}$/.test(name);

/** An account or a group of the host, by name or number. */
export const isAccount = (name: string): boolean =>
  /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,254}\$?|\d{1,10})$/.test(name);

export const isRoot = (name: string): boolean => name === 'root' || /^0+$/.test(name);

/** The name of a service; no option, no path, and no target such as `poweroff.target`. */
export const isService = (unit: string): boolean =>
  /^[A-Za-z0-9_:][A-Za-z0-9_:.@\\-]{0,240}\.service$/.test(unit);

/** `here`, or a host that ssh reads as nothing but a host. */
export const isHost = (host: string): boolean =>
  host === 'here' ||
  /^ssh:\/\/(?:[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}@)?(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9][A-Za-z0-9._-]{0,31})?\])(?::[0-9]{1,5})?$/.test(
    host,
  );

export interface ModeWords {
  /** Bits that the words may give to others: `7` at most. */
  readonly others: number;
  readonly group: number;
  readonly setUser: boolean;
  readonly setGroup: boolean;
  /** Words that only take away: `go-w`. */
  readonly onlyTakes: boolean;
}

/** What chmod would make of it: octal, or words such as `go-w` and `u=rw,g=r,o=`; `undefined` where it is neither. */
export function readMode(words: string): ModeWords | undefined {
  if (/^[0-7]{3,4}$/.test(words)) {
    const bits = Number.parseInt(words, 8);
    return {
      others: bits & 7,
      group: (bits >> 3) & 7,
      setUser: (bits & 0o4000) !== 0,
      setGroup: (bits & 0o2000) !== 0,
      onlyTakes: false,
    };
  }
  const parts = words.split(',').map((part) => /^([ugoa]{0,4})([-+=])([rwx]{0,3})$/.exec(part));
  if (parts.some((part) => part === null)) return undefined;
  const given = (to: string): number =>
    parts.reduce((sum, part) => {
      const [, who = '', sign = '-', rights = ''] = part ?? [];
      const reaches = who === '' || who.includes('a') || who.includes(to);
      if (sign === '-' || !reaches) return sum;
      return (
        sum | (rights.includes('r') ? 4 : 0) | (rights.includes('w') ? 2 : 0) | (rights.includes('x') ? 1 : 0)
      );
    }, 0);
  return {
    others: given('o'),
    group: given('g'),
    setUser: false,
    setGroup: false,
    onlyTakes: parts.every((part) => part?.[2] === '-'),
  };
}
