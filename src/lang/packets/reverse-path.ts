import { type AddressSet, emptySet, fromCidr } from './address-set.ts';
import type { Topology } from './query.ts';
import { localAddresses } from './route.ts';
import type { Family } from './rule.ts';
import { complement, intersect, subtract, union } from './set-algebra.ts';

/** Addresses by where packets for them go. */
export interface Behind {
  /** Out by this interface. */
  readonly by: AddressSet;
  /** Out by any. */
  readonly anywhere: AddressSet;
  /** By this one or another: two have equal routes, and which one counts is not known. */
  readonly unsure: AddressSet;
}

/** Of these the interface is asked itself: every link has them. */
const linkLocal = fromCidr('fe80::/10');
const everyLink = fromCidr('fe80::/64');

interface Ways {
  readonly by: ReadonlyMap<string, AddressSet>;
  /** Interfaces that are said to have a network of link-local addresses. */
  readonly links: ReadonlySet<string>;
  readonly anywhere: AddressSet;
  readonly unsure: AddressSet;
}

const known = new WeakMap<Topology, Map<Family, Ways>>();

/**
 * Who is behind an interface, as its host routes: the narrowest network that an address lies in counts. Nothing for an
 * interface without routes of the family, nor where there are other routes: those may be in a table that is not known.
 */
export function behind(topology: Topology, name: string, family: Family): Behind | undefined {
  if (topology.otherRoutes) return undefined;
  const families = known.get(topology) ?? new Map<Family, Ways>();
  known.set(topology, families);
  const ways = families.get(family) ?? waysOf(topology, family);
  families.set(family, ways);
  const by = ways.by.get(name);
  if (by === undefined || family === 'ipv4' || !linkLocal || !everyLink)
    return by === undefined ? undefined : { ...ways, by };
  const told = ways.links.has(name);
  return {
    by: told ? union(by, everyLink) : subtract(by, linkLocal),
    anywhere: union(ways.anywhere, everyLink),
    unsure: told ? subtract(ways.unsure, linkLocal) : union(subtract(ways.unsure, linkLocal), everyLink),
  };
}

function waysOf(topology: Topology, family: Family): Ways {
  const none = emptySet(family);
  const links = new Set<string>();
  const byLength = new Map<number, Map<string, AddressSet>>();
  for (const { name, networks = [] } of topology.interfaces)
    for (const text of networks) {
      const network = fromCidr(text);
      if (network?.family !== family) continue;
      const length = Number(text.split('/')[1] ?? 128);
      const group = byLength.get(length) ?? new Map<string, AddressSet>();
      if (text.toLowerCase().startsWith('fe80:')) links.add(name);
      byLength.set(length, group.set(name, union(group.get(name) ?? none, network)));
    }
  const by = new Map<string, AddressSet>();
  let [anywhere, unsure] = [none, none];
  for (const [, group] of [...byLength].toSorted(([a], [b]) => b - a)) {
    let here = none;
    for (const [name, networks] of group) {
      const own = subtract(networks, anywhere);
      unsure = union(unsure, intersect(own, here));
      here = union(here, own);
      by.set(name, union(by.get(name) ?? none, own));
    }
    anywhere = union(anywhere, here);
  }
  const others = complement(localAddresses(topology, family));
  return {
    by: new Map([...by].map(([name, set]) => [name, intersect(set, others)])),
    links,
    anywhere: intersect(anywhere, others),
    unsure: intersect(unsure, others),
  };
}
