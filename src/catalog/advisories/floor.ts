import { branchOf, compareVersions, parseVersion, type Product } from '../../lang/version/index.ts';
import { firstValkey } from './branches.ts';
import { floors, type Floor } from './floors.ts';

export interface FloorVerdict {
  /** `dead`: the branch gets no fixes, so no release of it is good enough. */
  readonly state: 'below' | 'at' | 'dead' | 'unknown';
  readonly floor?: string;
  readonly because: string;
}

export interface EndOfLifeVerdict {
  readonly state: 'past' | 'supported' | 'unknown';
  /** Last day with fixes, `YYYY-MM-DD`. */
  readonly date?: string;
  readonly because: string;
}

/**
 * Whether a release has every security fix of its branch, with or without a CVE. It speaks of upstream releases: a
 * distribution's package may be below the floor and still have the fixes, see `advisoriesFor`.
 *
 * @example floorFor('redis', '8.2.3') // { state: 'below', floor: '8.2.10', … }
 */
export function floorFor(product: Product, version: string): FloorVerdict {
  const found = lookUp(product, version);
  if (typeof found === 'string') return { state: 'unknown', because: found };
  const { entry, read, from } = found;
  const floor = parseVersion(entry.floor);
  if (floor === undefined)
    return { state: 'dead', because: `no release of ${from} has all fixes, and none will` };
  return compareVersions(read, floor) < 0
    ? {
        state: 'below',
        floor: entry.floor,
        because: `${entry.floor} has security fixes that this release lacks`,
      }
    : { state: 'at', floor: entry.floor, because: `has every fix up to ${entry.floor}` };
}

/**
 * Whether the vendor still fixes this branch.
 *
 * @param today `YYYY-MM-DD`
 * @example endOfLife('redis', '7.0.15', '2026-11-01') // { state: 'past', … }
 */
export function endOfLife(product: Product, version: string, today: string): EndOfLifeVerdict {
  const found = lookUp(product, version);
  if (typeof found === 'string') return { state: 'unknown', because: found };
  const { entry, from } = found;
  if (entry.endOfLife === 'past') return { state: 'past', because: `${from} gets no fixes any more` };
  if (entry.endOfLife === undefined) return { state: 'unknown', because: `no end is announced for ${from}` };
  if (!/^\d{4}-\d\d-\d\d$/.test(today))
    return { state: 'unknown', date: entry.endOfLife, because: 'no day was given' };
  return today > entry.endOfLife
    ? { state: 'past', date: entry.endOfLife, because: `${from} got its last fixes by ${entry.endOfLife}` }
    : { state: 'supported', date: entry.endOfLife, because: `${from} gets fixes until ${entry.endOfLife}` };
}

function lookUp(product: Product, version: string) {
  const read = parseVersion(version, product);
  if (read === undefined) return 'the version cannot be read';
  if (read.unstable) return 'a development build belongs to no branch';
  const first = parseVersion(firstValkey);
  if (product === 'valkey' && first !== undefined && compareVersions(read, first) < 0) {
    return `${version} is not a version of Valkey`;
  }
  const branch = branchOf(read);
  const entry: Floor | undefined = floors[product]?.branches.find(
    (known) => known.branch === branch || known.branch === '*',
  );
  if (entry === undefined) return `nothing is known about ${product} ${branch}`;
  return { entry, read, from: entry.branch === '*' ? product : `${product} ${branch}` } as const;
}
