import {
  branchOf,
  compareBranches,
  compareVersions,
  type Product,
  type Version,
} from '../../lang/version/index.ts';
import { firstValkey, newestRelease } from './branches.ts';
import type { Verdict } from './judgement.ts';
import { readOnce } from './read-once.ts';
import type { BranchRange, Ranges } from './types.ts';

/** What the version alone says. */
export function byVersion(product: Product, version: Version, ranges: Ranges): Verdict {
  const doubt = doubtful(product, version);
  if (doubt !== undefined) return { state: 'unknown', because: doubt };
  if (ranges.since !== undefined && isBefore(version, ranges.since)) {
    return { state: 'not-affected', because: `the fault came with ${ranges.since}` };
  }
  const branch = branchOf(version);
  const range = ranges.branches.find((known) => known.branch === branch || known.branch === '*');
  return range === undefined ? betweenBranches(branch, version, ranges) : inBranch(version, range, ranges);
}

function doubtful(product: Product, version: Version): string | undefined {
  if (version.unstable) return 'a development build says nothing about the fixes that it holds';
  if (product === 'valkey' && isBefore(version, firstValkey)) {
    return `${version.text} is not a version of Valkey: it is the Redis version that Valkey claims for old clients`;
  }
  const newest = newestRelease[product];
  if (newest !== undefined && isBefore(newest, version)) return `${version.text} is newer than these data`;
  return undefined;
}

const isBefore = (left: string | Version, right: string | Version): boolean => {
  const [a, b] = [read(left), read(right)];
  return a !== undefined && b !== undefined && compareVersions(a, b) < 0;
};

const read = (version: string | Version): Version | undefined =>
  typeof version === 'string' ? readOnce(version) : version;

function inBranch(version: Version, range: BranchRange, ranges: Ranges): Verdict {
  const line = range.branch === '*' ? 'this product' : `branch ${range.branch}`;
  const note = ranges.note === undefined ? '' : ` (${ranges.note})`;
  if (range.fixed === 'none') return { state: 'not-affected', because: `${line} never had the fault${note}` };
  if (range.introduced !== undefined && isBefore(version, range.introduced)) {
    return { state: 'not-affected', because: `the fault came with ${range.introduced}` };
  }
  if (range.fixed === 'unstated') {
    return { state: 'unknown', because: `no source says whether ${line} is affected or fixed${note}` };
  }
  if (range.fixed === 'never') return { state: 'affected', because: `${line} never got a fix${note}` };
  if (!isBefore(version, range.fixed))
    return { state: 'fixed', fixedIn: range.fixed, because: `fixed since ${range.fixed}${note}` };
  return ranges.belowUnknown === true
    ? {
        state: 'unknown',
        because: `known to be fixed in ${range.fixed}; nobody looked at earlier releases${note}`,
      }
    : { state: 'affected', fixedIn: range.fixed, because: `fixed only in ${range.fixed}${note}` };
}

function betweenBranches(branch: string, version: Version, ranges: Ranges): Verdict {
  const listed = ranges.branches.toSorted((a, b) => compareBranches(a.branch, b.branch));
  const [oldest, newest] = [listed[0], listed.at(-1)];
  if (oldest !== undefined && compareBranches(branch, oldest.branch) < 0) {
    return { state: 'affected', because: `branch ${branch} is older than every fix` };
  }
  if (newest === undefined || compareBranches(branch, newest.branch) < 0) {
    return { state: 'unknown', because: `there is no branch ${branch} in these data` };
  }
  if (newest.fixed === 'none')
    return { state: 'not-affected', because: `branch ${branch} never had the fault` };
  if (readOnce(newest.fixed) === undefined) {
    return {
      state: 'unknown',
      because: `branch ${branch} is newer than these data, and ${newest.branch} has no known fix`,
    };
  }
  return version.pre === undefined
    ? { state: 'fixed', because: `branch ${branch} began after the fix in ${newest.fixed}` }
    : {
        state: 'unknown',
        because: `a pre-release of ${branch} may be older than the fix in ${newest.fixed}`,
      };
}
