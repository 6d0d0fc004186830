/** Conditions of firewalld's rules in the one rule language. */
import { allOf, type Family, fromCidr, type Match, type PortRange } from '../../../lang/packets/index.ts';
import type { NamedSet, Peer, Port } from './model.ts';
import { protocolOf, readRange } from './ports.ts';

export type Sets = ReadonlyMap<string, NamedSet>;

/** True for all packets of a family, and for none of the other. */
export const ofFamily = (family: Family): Match => ({ match: 'source', addresses: allOf(family) });

export const opaque = (text: string, on: 'other' | 'set' | 'rate' | 'route' = 'other'): Match => ({
  match: 'opaque',
  on,
  text: text.slice(0, 100),
});

/** Whether packets come from there, or (`destination`) go there. */
export function peerMatch(peer: Peer, side: 'source' | 'destination', sets: Sets): readonly Match[] {
  const turned = peer.not ? { not: true } : {};
  if (peer.ipset !== undefined) return setMatch(peer.ipset, side, peer.not, sets);
  if (peer.mac !== undefined) return [opaque(`MAC address ${peer.mac}`)];
  const addresses = fromCidr(peer.address ?? '');
  return addresses ? [{ match: side, addresses, ...turned }] : [opaque(peer.address ?? 'nothing')];
}

function setMatch(name: string, side: 'source' | 'destination', not: boolean, sets: Sets): readonly Match[] {
  const set = sets.get(name);
  if (!set) return [opaque(`ipset ${name}, whose members are not known`, 'set')];
  if (set.open) return [ofFamily(set.family), opaque(`ipset ${name}, whose members change`, 'set')];
  const turned = not ? { not: true } : {};
  if (set.addresses) return [{ match: side, addresses: set.addresses, ...turned }];
  if (set.type !== 'hash:ip,port' && set.type !== 'hash:net,port')
    return [
      ...(set.type === 'hash:mac' ? [] : [ofFamily(set.family)]),
      opaque(`ipset ${name} of type ${set.type}`, 'set'),
    ];
  const of = set.entries.map((entry): readonly Match[] => {
    const comma = entry.indexOf(',');
    const addresses = fromCidr(entry.slice(0, comma));
    const colon = entry.lastIndexOf(':');
    const named = colon > comma;
    const range = readRange(entry.slice((named ? colon : comma) + 1));
    const protocol = protocolOf(named ? entry.slice(comma + 1, colon) : 'tcp');
    if (!addresses || !range || protocol === undefined) return [opaque(entry, 'set')];
    return [
      { match: side, addresses },
      { match: 'protocol', protocols: [protocol] },
      { match: `${side}-port`, ports: [range] },
    ];
  });
  return [ofFamily(set.family), { match: 'any', of, ...turned }];
}

/** Nothing where a port is not one of TCP: such a rule is not for the packets that we ask about. */
export function portMatch(
  port: Port,
  side: 'source-port' | 'destination-port',
): readonly Match[] | undefined {
  if (protocolOf(port.protocol) !== 6) return undefined;
  const tcp: Match = { match: 'protocol', protocols: [6] };
  if (!port.range) return [tcp, opaque(`port ${port.text}`)];
  const ports: readonly PortRange[] = [port.range];
  return [tcp, { match: side, ports }];
}

/** Nothing where it is not TCP. */
export function protocolMatch(name: string): readonly Match[] | undefined {
  const number = protocolOf(name);
  if (number === undefined) return [opaque(`protocol ${name}`)];
  return number === 6 ? [{ match: 'protocol', protocols: [6] }] : undefined;
}
