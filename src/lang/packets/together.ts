import { type AddressNumber, before } from './address-number.ts';
import { type AddressSet, fromRanges } from './address-set.ts';
import { union } from './set-algebra.ts';

/** All sources of many pieces, sorted once. */
export function together(
  family: AddressSet['family'],
  pieces: readonly { readonly sources: AddressSet }[],
): AddressSet {
  const [only] = pieces;
  if (only && pieces.length === 1) return only.sources;
  let big: AddressSet | undefined;
  const ends: AddressNumber[] = [];
  for (const { sources } of pieces) {
    const { bounds } = sources;
    if (bounds.length > 64) big = big ? union(big, sources) : sources;
    else
      for (let index = 0; index < bounds.length; index += 2)
        ends.push(bounds[index] as AddressNumber, before(bounds[index + 1] as AddressNumber));
  }
  const small = fromRanges(family, ends);
  return big ? union(big, small) : small;
}
