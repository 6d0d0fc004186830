/** Conditions that the kernel answers by its routes and sockets. */
import { type AddressSet, allOf, emptySet, isEmpty, ofRange } from './address-set.ts';
import { doubtOf, type PacketClass, type Place } from './packet-class.ts';
import { hasPort } from './port-ranges.ts';
import { behind } from './reverse-path.ts';
import { addressesOn } from './route.ts';
import type { AddressType, Family, Match } from './rule.ts';
import { type Said, strangerIs, turned } from './said.ts';
import { complement, contains, subtract, union } from './set-algebra.ts';

/** Whether the way back to the source is the way that it came. */
export function byReversePath(
  { loose, local, marked, not }: Extract<Match, { match: 'reverse-path' }>,
  packets: PacketClass,
  place: Place,
): Said {
  const { inInterface, family, topology } = place;
  if (place.hook === 'prerouting' && inInterface === 'lo') return turned(true, not);
  const marks = marked && packets.mark !== 0;
  const ways =
    inInterface === undefined || inInterface === '' || inInterface === 'lo' || marks
      ? undefined
      : behind(topology, inInterface, family);
  if (ways === undefined) return doubtOf('route');
  const own = local ? ownSources(place, inInterface ?? '', loose) : emptySet(family);
  const may = union(loose ? ways.anywhere : union(ways.by, ways.unsure), own);
  const must = loose ? may : union(subtract(ways.by, ways.unsure), own);
  if (place.reply)
    return contains(must, packets.destination)
      ? turned(true, not)
      : contains(may, packets.destination)
        ? doubtOf('route')
        : turned(false, not);
  if (place.hidden) return doubtOf('route');
  const doubts = isEmpty(subtract(may, must)) ? 0 : doubtOf('route');
  return not ? { must: complement(may), may: complement(must), doubts } : { must, may, doubts };
}

/** IPv4 asks for an address of that very interface, IPv6 for any of the host. */
const ownSources = ({ family, topology, local }: Place, name: string, loose: boolean): AddressSet =>
  family === 'ipv4' && !loose ? addressesOn(topology, name, family) : local;

/** A packet that comes from elsewhere, or goes on to there, has no socket here. */
export function byOwner(
  { of, ids, without, not }: Extract<Match, { match: 'owner' }>,
  { socket, topology: { listener } }: Place,
): Said {
  if (socket === 'none') return without;
  if (ids.some(([from, to]) => from === 0 && to >= 0xffff_fffe)) return turned(true, not);
  if (socket === 'client' || listener === undefined) return doubtOf('socket');
  return turned(hasPort(ids, listener[of]), not);
}

/** Whether an address is of one of these types, as the kernel's routes have them. */
export function byType(
  match: Extract<Match, { match: 'source-type' | 'destination-type' }>,
  packets: PacketClass,
  place: Place,
): Said {
  const { types, not } = match;
  const { inInterface, topology, family } = place;
  if (match.own && (inInterface === undefined || inInterface === '')) return doubtOf('interface');
  const local = match.own ? addressesOn(topology, inInterface ?? '', family) : place.local;
  const known = types.reduce((sum, type) => union(sum, ofType(type, family, local)), emptySet(family));
  const unknown = types.includes('blackhole') || types.includes('anycast');
  if ((match.match === 'source-type') === place.reply) {
    if (contains(known, packets.destination)) return turned(true, not);
    // An address of this host has a route of its own kind, and is nothing else.
    return unknown && !contains(place.local, packets.destination) ? doubtOf('route') : turned(false, not);
  }
  if (!unknown) return strangerIs(not ? complement(known) : known, place);
  const rest = complement(known);
  return not
    ? { must: emptySet(place.family), may: rest, doubts: doubtOf('route') }
    : { must: known, may: allOf(place.family), doubts: doubtOf('route') };
}

/** The addresses of a type. Which are blackholes only the routes know. */
function ofType(type: AddressType, family: Family, local: AddressSet): AddressSet {
  const four = family === 'ipv4';
  const multicast = four
    ? ofRange(family, 0xe000_0000, 0xefff_ffff)
    : ofRange(family, 0xffn << 120n, (1n << 128n) - 1n);
  const unspecified = four ? ofRange(family, 0, 0) : ofRange(family, 0n, 0n);
  const broadcast = four ? ofRange(family, 0xffff_ffff, 0xffff_ffff) : emptySet(family);
  switch (type) {
    case 'local':
      return local;
    case 'multicast':
      return multicast;
    case 'broadcast':
      return broadcast;
    case 'unspecified':
      return unspecified;
    case 'unicast':
      return [local, multicast, broadcast, unspecified].reduce(subtract, allOf(family));
    case 'blackhole':
    case 'anycast':
      return emptySet(family);
  }
}
