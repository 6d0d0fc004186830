/**
 * Nobody's addresses (240.0.0.0/4, RFC 1112), handed out one for each name. With these as members, a rule about a group
 * is exact: whoever reads the rules sees which names are let in, whatever addresses they have in truth.
 */
export function standIns(names: Iterable<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of new Set(names)) {
    const place = found.size + 1;
    found.set(name, `240.${(place >> 16) & 255}.${(place >> 8) & 255}.${place & 255}`);
  }
  return found;
}

/** As `members` of a context. */
export const membersOf = (all: ReadonlyMap<string, string>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Array.from(all, ([name, address]) => [name, [address]]));
