/** Who a rule is for: any of several peers, each some addresses, or somebody of whom we know at most the range. */
import { type Dependence, isAll, isEmpty, type Match, type Position } from '../../../lang/packets/index.ts';
import { type Addresses, everybody, oneNetwork } from './networks.ts';
import type { Problems } from './reading.ts';
import { isUnresolved, saying, type Value } from './value.ts';

export interface Peer {
  /** Where it may be. */
  readonly addresses: Addresses;
  /** Set where not all of these addresses are meant, and which ones is not known. */
  readonly unknown?: { readonly text: string; readonly on: Dependence };
}

/** Somebody, within `addresses`; which ones is not known. */
export const somebody = (text: string, addresses: Addresses = everybody, on: Dependence = 'set'): Peer => ({
  addresses,
  unknown: { text, on },
});

type Side = 'source' | 'destination';

/** Conditions of one peer and one family. */
function oneOf(side: Side, { addresses, unknown }: Peer): readonly (readonly Match[])[] {
  return (['ipv4', 'ipv6'] as const)
    .filter((family) => !isEmpty(addresses[family]))
    .map((family) => [
      { match: side, addresses: addresses[family] },
      ...(unknown ? [{ match: 'opaque', on: unknown.on, text: unknown.text } as const] : []),
    ]);
}

/** The conditions that any of these peers fulfils: none at all where that is everybody, `never` where it is nobody. */
export function fromPeers(side: Side, peers: readonly Peer[]): readonly Match[] {
  if (peers.some((peer) => !peer.unknown && isAll(peer.addresses.ipv4) && isAll(peer.addresses.ipv6)))
    return [];
  const of = peers.flatMap((peer) => oneOf(side, peer));
  if (of.length === 0) return [{ match: 'never', why: 'nobody is meant' }];
  const [only] = of;
  if (only && of.length === 1) return only;
  return [{ match: 'any', of }];
}

/** Whoever has an address of a network as it is written; what is none is told, and may be anybody. */
export function networkPeer(written: Value | undefined, at: Position, problems: Problems): Peer {
  const addresses = typeof written === 'string' ? oneNetwork(written.trim()) : undefined;
  if (addresses) return { addresses };
  if (!isUnresolved(written)) problems.add(at, `no network: ${saying(written)}`, true);
  return somebody(saying(written));
}
