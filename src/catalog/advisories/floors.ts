import type { Product } from '../../lang/version/index.ts';

export interface Floor {
  readonly branch: string;
  /** Lowest release of the branch without a known fault; `none` when the branch gets no fixes any more. */
  readonly floor: string;
  /** Last day with fixes, `past` when it is over and the day does not matter; absent when nobody says. */
  readonly endOfLife?: string;
}

const redisSource =
  'releases of 17 August and 18 September 2026; end of life from endoflife.date of 2026-08-22';
const valkeySource = 'releases of 21 July 2026; end of life from endoflife.date of 2026-08-22';

interface Floors {
  readonly branches: readonly Floor[];
  /** The day on which the floors were set. */
  readonly date: string;
  readonly source: string;
}

const dead = (branch: string): Floor => ({ branch, floor: 'none', endOfLife: 'past' });

/** The lowest release of each branch that has every fix known on `date`, with or without a CVE. */
export const floors: { readonly [P in Product]?: Floors } = {
  redis: {
    branches: [
      ...['2.2', '2.4', '2.6', '2.8', '3.0', '3.2', '4.0', '5.0', '6.0'].map(dead),
      { branch: '6.2', floor: '6.2.24', endOfLife: '2027-04-01' },
      dead('7.0'),
      { branch: '7.2', floor: '7.2.16', endOfLife: '2029-12-01' },
      { branch: '7.4', floor: '7.4.11', endOfLife: '2029-12-01' },
      // 8.0.6 of February 2026 is the last and lacks everything since May.
      { branch: '8.0', floor: 'none', endOfLife: '2026-12-01' },
      { branch: '8.2', floor: '8.2.10', endOfLife: '2030-09-01' },
      { branch: '8.4', floor: '8.4.7' },
      { branch: '8.6', floor: '8.6.7' },
      { branch: '8.8', floor: '8.8.3' },
      { branch: '8.10', floor: '8.10.2' },
    ],
    date: '2026-09-18',
    source: redisSource,
  },
  valkey: {
    branches: [
      { branch: '7.2', floor: '7.2.14', endOfLife: '2029-04-16' },
      { branch: '8.0', floor: '8.0.10', endOfLife: '2027-09-15' },
      { branch: '8.1', floor: '8.1.9', endOfLife: '2030-03-31' },
      { branch: '9.0', floor: '9.0.5', endOfLife: '2028-10-21' },
      { branch: '9.1', floor: '9.1.1' },
    ],
    date: '2026-07-21',
    source: valkeySource,
  },
  keydb: {
    branches: [{ branch: '*', floor: 'none' }],
    date: '2026-08-22',
    source: '6.3.4 of 2023 is the last release; its source lacks every fix since',
  },
  dragonfly: {
    branches: [{ branch: '*', floor: '1.40.0' }],
    date: '2026-07-30',
    source: 'pull request 7961 (HyperLogLog), first in v1.40.0',
  },
};
