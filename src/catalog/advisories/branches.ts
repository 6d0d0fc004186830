import type { Product } from '../../lang/version/index.ts';

/** The day up to which releases and advisories were looked at. */
export const dataDate = '2026-09-21';

/** Lines of releases that ever existed, oldest first. */
export const knownBranches: { readonly [P in Product]?: readonly string[] } = {
  redis: '2.2 2.4 2.6 2.8 3.0 3.2 4.0 5.0 6.0 6.2 7.0 7.2 7.4 8.0 8.2 8.4 8.6 8.8 8.10'.split(' '),
  valkey: '7.2 8.0 8.1 9.0 9.1'.split(' '),
};

/** Products with one line of releases: what is not in the newest is in none. */
export const newestRelease: { readonly [P in Product]?: string } = { keydb: '6.3.4' };

/** Valkey begins here. 7.2.4 is the Redis version that it claims for the sake of old clients. */
export const firstValkey = '7.2.5';

/** Releases that their vendor took back. */
export const revokedReleases: readonly {
  readonly product: Product;
  readonly version: string;
  readonly because: string;
}[] = [
  {
    product: 'valkey',
    version: '8.0.8',
    because:
      'Valkey revoked 8.0.8: its tag points at a commit of the development branch. 8.0.9 carries the fixes meant for it (valkey pull request 3639).',
  },
];
