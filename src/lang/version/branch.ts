import type { Version } from './version.ts';

/**
 * The line of releases that a version belongs to and gets its fixes from: `7.2`, `8.10`; `unstable` for a development
 * build. Dragonfly, Kvrocks, Garnet and KeyDB keep no older lines alive, yet are named the same way.
 *
 * @example branchOf(version) // '8.10'
 */
export function branchOf(version: Version): string {
  return version.unstable ? 'unstable' : `${version.major}.${version.minor}`;
}

/** Orders branches by number, so `8.10` comes after `8.8`. What is no branch comes last, by its text. */
export function compareBranches(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  if (a === undefined || b === undefined) {
    if (a === b) return left < right ? -1 : left > right ? 1 : 0;
    return a === undefined ? 1 : -1;
  }
  return a[0] - b[0] || a[1] - b[1];
}

function numbersOf(branch: string): readonly [number, number] | undefined {
  const found = /^(\d{1,9})\.(\d{1,9})$/.exec(branch);
  return found === null ? undefined : [Number(found[1]), Number(found[2])];
}
