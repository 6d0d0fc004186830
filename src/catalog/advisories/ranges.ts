import { compareBranches } from '../../lang/version/index.ts';
import { knownBranches } from './branches.ts';
import type { BranchRange, Ranges } from './types.ts';

/**
 * Writes out the range of every branch of a product, so that no branch is left to be guessed.
 *
 * @param since first release with the fault, `''` when it was always there
 * @param fixes one word per branch: `6.2.20` (first safe release) or `7.2=never|none|unstated`. A branch that is not
 *   named and older than the newest named one gets `older`. Later branches were cut from fixed code and need no range.
 * @example redis('2.6.0', '6.2.20 7.2.11') // 2.6 … 6.0 never, 6.2 from 6.2.20, 7.0 never, 7.2 from 7.2.11
 */
const perBranch =
  (branches: readonly string[]) =>
  (since: string, fixes: string, older: 'never' | 'unstated' = 'never'): Ranges => {
    const named = new Map(fixes.split(' ').map((word) => wordOf(word)));
    const newest = [...named.keys()].toSorted(compareBranches).at(-1) ?? '';
    const first = since === '' ? branches[0] : branchOfText(since);
    const affected = branches.filter(
      (branch) => compareBranches(branch, first ?? branch) >= 0 && compareBranches(branch, newest) <= 0,
    );
    return {
      ...(since === '' ? {} : { since }),
      branches: affected.map((branch): BranchRange => {
        const introduced =
          branchOfText(since) === branch && !/^\d+\.\d+\.0$/.test(since) ? { introduced: since } : {};
        return { branch, ...introduced, fixed: named.get(branch) ?? older };
      }),
    };
  };

function wordOf(word: string): readonly [string, string] {
  const [branch = '', said] = word.split('=');
  return said === undefined ? [branchOfText(word), word] : [branch, said];
}

const branchOfText = (text: string): string => text.split('.').slice(0, 2).join('.');

export const redis = perBranch(knownBranches.redis ?? []);
export const valkey = perBranch(knownBranches.valkey ?? []);

/** For a product with one line of releases: the first release that is known to be safe, or `never`, or `unstated`. */
export const oneLine = (fixed: string, more: Pick<Ranges, 'belowUnknown' | 'note'> = {}): Ranges => ({
  branches: [{ branch: '*', fixed }],
  ...more,
});

/** KeyDB 6.3.4, the last release, was read line by line: the fault is still there. */
export const keydbNever: Ranges = oneLine('never', {
  note: 'still in the source of v6.3.4, the last release',
});

/** Nobody looked into earlier releases of KeyDB. */
export const keydbFixed: Ranges = oneLine('6.3.4', {
  belowUnknown: true,
  note: 'the fix was seen in the source of v6.3.4',
});

export const valkeyNever = {
  notAffected: 'Valkey begins with the code of Redis 7.2.4, which has the fix or never had the fault.',
} as const;
