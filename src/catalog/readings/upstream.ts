import type { AdvisoryState, Fact, Goal, Identity, PackageFacts } from '../../model/index.ts';
import type { Product } from '../../lang/version/index.ts';
import { advisories, floorFor } from '../advisories/index.ts';
import { isVendorsOwn } from '../advisories/packages.ts';

/**
 * Who made the program: a distribution, which mends without changing the version, or the vendor (his own packages
 * and builds from source are alike). `undefined` where that is not known.
 */
export function makerOf(pack: Fact<PackageFacts>): 'distribution' | 'vendor' | undefined {
  if (!pack.known) return undefined;
  return pack.value.manager === 'none' || isVendorsOwn(pack.value.version) ? 'vendor' : 'distribution';
}

/** `debian's redis-server 5:7.0.15-1~deb12u5`, for a sentence. */
export const packageName = ({ distribution, name, version }: PackageFacts): string =>
  `${distribution === undefined ? '' : `${distribution}’s `}${name ?? 'package'}${version === undefined ? '' : ` ${version}`}`;

/** A product and a version that can be looked up, and that the server did not make up. */
export function releaseOf(
  identity: Identity,
): { readonly product: Product; readonly version: string } | undefined {
  const { product, version, doubts } = identity;
  if (product === 'unknown' || product === 'not-redis' || version === undefined) return undefined;
  const invented = doubts.some((doubt) => doubt.startsWith('there never was') || doubt.startsWith('it says'));
  return invented ? undefined : { product, version };
}

/** Whether this Keyward carries advisories about a product: of the others, silence says nothing. */
export const isWatched = (product: Identity['product']): boolean =>
  product !== 'unknown' &&
  product !== 'not-redis' &&
  advisories.some(({ products }) => {
    const ranges = products[product];
    return ranges !== undefined && !('notAffected' in ranges);
  });

/** Where no release of the branch will do. */
export const livingBranch: Goal = { kind: 'upgrade', ask: 'a branch that gets fixes' };

/** The lowest release that mends all of it: the floor of the branch, where the branch is alive. */
export function mending(who: Fact<Identity>, states: readonly AdvisoryState[]): Goal {
  const release = who.known ? releaseOf(who.value) : undefined;
  const found = release && floorFor(release.product, release.version);
  if (found?.floor !== undefined) return { kind: 'upgrade', to: found.floor };
  const [only, ...more] = states;
  const to = found?.state === 'dead' || more.length > 0 ? undefined : only?.fixedIn;
  return to === undefined ? livingBranch : { kind: 'upgrade', to };
}
