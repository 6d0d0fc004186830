import {
  allOf,
  complement,
  emptySet,
  fromCidr,
  fromRange,
  isEmpty,
  isWithin,
  subtract,
  toRanges,
  union,
  type AddressSet,
  type Family,
} from '../../lang/packets/index.ts';
import type { FirewallLayer } from '../../model/index.ts';

/** Who comes in by each interface. */
export type Behind = ReadonlyMap<string, AddressSet>;

/** No host on the network has these. */
const nobody: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '255.255.255.255/32'],
  ipv6: ['::/128', '::1/128', 'ff00::/8'],
};
/** With more routes than this it is not worked out which of two networks is the narrower. */
const mostSteps = 50_000;

const setOf = (family: Family, texts: readonly string[]): AddressSet =>
  texts.reduce<AddressSet>((sum, text) => {
    const set = fromCidr(text);
    return set?.family === family ? union(sum, set) : sum;
  }, emptySet(family));

/** Addresses of the host itself, and those that nobody has. */
export const notPeople = (layer: FirewallLayer, family: Family): AddressSet =>
  setOf(family, [...nobody[family], ...layer.interfaces.flatMap(({ addresses }) => addresses)]);

/**
 * Sources by the interface that answers to them go out by: nobody else opens a connection, since the second packet
 * would not find them. An interface without any route of this family has its own table, which we do not see: anybody.
 */
export function sourcesBehind(layer: FirewallLayer, family: Family): Behind {
  const rows = layer.interfaces
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ name, networks, routes }) =>
      [...networks, ...routes].flatMap((network) => {
        const set = fromCidr(network);
        return set?.family === family ? [{ name, network, set, prefix: prefixOf(network) }] : [];
      }),
    );
  const byNetwork = [...Map.groupBy(rows, ({ network }) => network).values()].toSorted(
    ([a], [b]) => (a?.prefix ?? 0) - (b?.prefix ?? 0),
  );
  const behind = new Map<string, AddressSet>();
  const exact = byNetwork.length * layer.interfaces.length <= mostSteps;
  for (const same of byNetwork) {
    const [first] = same;
    if (!first) continue;
    const owners = new Set(same.map(({ name }) => name));
    if (exact)
      for (const [name, set] of behind) if (!owners.has(name)) behind.set(name, subtract(set, first.set));
    for (const name of owners) behind.set(name, union(behind.get(name) ?? emptySet(family), first.set));
  }
  const strangers = notPeople(layer, family);
  for (const { name, addresses } of layer.interfaces)
    if (name !== 'lo' && !behind.has(name) && addresses.some((one) => fromCidr(one)?.family === family))
      behind.set(name, allOf(family));
  return new Map([...behind].map(([name, set]) => [name, subtract(set, strangers)]));
}

const prefixOf = (network: string): number => Number(network.split('/')[1] ?? 128);

const mostHoles = 4096;

/**
 * The same people, without the holes that our own addresses make: a network is named by its prefix, and not as all of
 * its parts around us.
 */
export function withoutHoles(set: AddressSet, strangers: AddressSet): AddressSet {
  if (isEmpty(set) || set.bounds.length > mostHoles) return set;
  return toRanges(complement(set)).reduce<AddressSet>((sum, [from, to]) => {
    const hole = fromRange(from, to);
    return hole && isWithin(hole, strangers) ? union(sum, hole) : sum;
  }, set);
}
