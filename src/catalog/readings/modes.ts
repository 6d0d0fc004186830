import type { FileFacts } from '../../model/index.ts';

const bit = { read: 4, write: 2, enter: 1 } as const;
type Right = keyof typeof bit;

const digits = (mode: string): number | undefined =>
  /^[0-7]{1,5}$/.test(mode) ? Number.parseInt(mode, 8) : undefined;

/** Whether users who are neither owner nor in the group have a right, by a mode in octal; false where there is none. */
export const othersMay = (right: Right, mode: string): boolean => ((digits(mode) ?? 0) & bit[right]) !== 0;

/** Entries may be made by all, and taken away only by their owner: `/tmp`. */
export const isSticky = (mode: string): boolean => ((digits(mode) ?? 0) & 0o1000) !== 0;

/** Files that are there, of some roles. */
export const present = (
  files: readonly FileFacts[],
  ...roles: readonly FileFacts['role'][]
): readonly FileFacts[] =>
  files.filter(({ role, kind, mode }) => roles.includes(role) && kind !== 'missing' && mode !== '');

/** `0644` without the rights of others: `0640`. */
export const closedToOthers = (mode: string): string =>
  ((digits(mode) ?? 0o600) & 0o7770).toString(8).padStart(4, '0');
