import { type AddressNumber, readAddress } from './address-number.ts';
import { type AddressSet, fromCidr, fromRanges } from './address-set.ts';
import type { Topology } from './query.ts';
import type { Family } from './rule.ts';
import { contains, union } from './set-algebra.ts';
import { sizeOf } from './set-text.ts';

/** Addresses by which every host calls itself. */
export const loopback = (family: Family): AddressSet =>
  family === 'ipv4' ? fromRanges(family, [127 * 2 ** 24, 128 * 2 ** 24 - 1]) : fromRanges(family, [1n, 1n]);

/** All addresses of the host itself, loopback among them. */
export function localAddresses(topology: Topology, family: Family): AddressSet {
  const own = [
    ...topology.interfaces.flatMap(({ addresses }) => addresses),
    ...(topology.local ?? []),
  ].flatMap((text) => {
    const read = readAddress(text);
    return read?.family === family ? [read.value, read.value] : [];
  });
  return union(fromRanges(family, own), loopback(family));
}

/** Addresses of the host on one interface. */
export function addressesOn(topology: Topology, name: string, family: Family): AddressSet {
  if (name === 'lo') return loopback(family);
  const own = (topology.interfaces.find((one) => one.name === name)?.addresses ?? []).flatMap((text) => {
    const read = readAddress(text);
    return read?.family === family ? [read.value, read.value] : [];
  });
  return fromRanges(family, own);
}

/** First address of an interface. */
export function addressOf(topology: Topology, name: string, family: Family): AddressNumber | undefined {
  if (name === 'lo') return family === 'ipv4' ? 127 * 2 ** 24 + 1 : 1n;
  for (const text of topology.interfaces.find((one) => one.name === name)?.addresses ?? []) {
    const read = readAddress(text);
    if (read?.family === family) return read.value;
  }
  return undefined;
}

/** The interface by which packets for this address go out: that with the narrowest network around it. */
export function wayOut(topology: Topology, destination: AddressNumber, family: Family): string | undefined {
  let best: { readonly name: string; readonly size: bigint } | undefined;
  for (const { name, networks } of topology.interfaces)
    for (const text of networks ?? []) {
      const network = fromCidr(text);
      if (network?.family !== family || !contains(network, destination)) continue;
      const size = sizeOf(network);
      if (!best || size < best.size) best = { name, size };
    }
  return best?.name;
}
