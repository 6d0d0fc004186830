import { compareVersions, parseVersion } from '../lang/version/index.ts';
import type { Identity } from '../model/index.ts';

/**
 * Whether the server behaves as Redis `version` or later does, in the compatibility line of its product: all
 * Valkey as 7.2 and later, KeyDB as 6.2. An unknown version counts as old, since old versions protect less.
 */
export function branchAtLeast(identity: Identity, version: string): boolean {
  if (identity.product === 'valkey') return true;
  const said =
    identity.product === 'keydb' ? '6.2.6' : (identity.version ?? identity.range?.from ?? identity.assumed);
  const ours = parseVersion(said ?? '0');
  const wanted = parseVersion(version);
  if (!ours || !wanted) return false;
  return compareVersions(ours, wanted) >= 0;
}
