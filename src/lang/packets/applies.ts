/**
 * Which packets of a class a rule's conditions choose. Whatever does not depend on the stranger is decided at once; what
 * remains is a test of its address, with two sets: `must` (surely chosen) within `may` (perhaps chosen), and a test of
 * the ports that it may have chosen.
 */
import type { AddressNumber } from './address-number.ts';
import { type AddressSet, allOf, emptySet, fromRanges, isAll, isEmpty } from './address-set.ts';
import { byOwner, byReversePath, byType } from './by-route.ts';
import { mayHold } from './packet-bytes.ts';
import { doubtOf, type PacketClass, type Place } from './packet-class.ts';
import { commonPorts, hasPort, otherPorts } from './port-ranges.ts';
import type { Dependence, Match, PortRange } from './rule.ts';
import { type AddressTest, type Said, strangerIs, turned } from './said.ts';
import { complement, contains, intersect, union } from './set-algebra.ts';

/** What a list of conditions asks of the stranger. */
export interface Asked {
  /** Bits: it depends on these whether the conditions hold at all. */
  doubts: number;
  readonly tests: AddressTest[];
  /** Bits: packets that are unusual in these may be chosen too, or may not; see `chosen`. */
  unusual: number;
  /** Usual packets are among those that may be chosen. */
  usual: boolean;
  ports: readonly PortRange[] | undefined;
}

/** What the conditions ask of the stranger; nothing where they cannot hold. */
export function askOf(when: readonly Match[], packets: PacketClass, place: Place): Asked | undefined {
  let asked: Asked | undefined;
  for (const match of when) {
    if (match.match === strangersPort(place)) {
      const wanted = match.not ? otherPorts(match.ports) : match.ports;
      asked ??= nothingAsked();
      asked.ports = commonPorts(asked.ports ?? packets.strangerPorts, wanted);
      if (asked.ports.length === 0) return undefined;
      continue;
    }
    const said = say(match, packets, place);
    if (said === false) return undefined;
    if (said === true) continue;
    asked ??= nothingAsked();
    if (typeof said === 'number') asked.doubts |= said;
    else if ('unusual' in said) {
      asked.unusual |= said.unusual;
      asked.usual &&= said.holds;
    } else asked.tests.push(said);
  }
  return asked ?? asksNothing;
}

const nothingAsked = (): Asked => ({ doubts: 0, tests: [], unusual: 0, usual: true, ports: undefined });
const asksNothing: Asked = nothingAsked();

const strangersPort = (place: Place): 'source-port' | 'destination-port' =>
  place.reply ? 'destination-port' : 'source-port';

function say(match: Match, packets: PacketClass, place: Place): Said {
  switch (match.match) {
    case 'source':
    case 'destination': {
      const { addresses, not } = match;
      // Looking for an address of another family never finds one, and neither does not looking for it.
      if (addresses.family !== place.family) return false;
      if ((match.match === 'source') === place.reply)
        return turned(contains(addresses, packets.destination), not);
      return strangerIs(not ? complement(addresses) : addresses, place);
    }
    case 'protocol':
      return turned(match.protocols.includes(6), match.not);
    case 'source-port':
    case 'destination-port':
      if (match.match === strangersPort(place)) {
        const common = commonPorts(packets.strangerPorts, match.not ? otherPorts(match.ports) : match.ports);
        if (common.length === 0) return false;
        return String(common) === String(packets.strangerPorts) ? true : doubtOf('port');
      }
      return turned(hasPort(match.ports, packets.port), match.not);
    case 'in-interface':
      return byInterface(match.names, place.inInterface, match.not);
    case 'out-interface':
      return byInterface(match.names, place.outInterface, match.not);
    case 'ct-state':
      return turned(match.states.includes(stateOf(packets, place)), match.not);
    case 'ct-status':
      return isTracked(packets, place) && turned(packets[match.status], match.not);
    case 'original-destination':
      if (match.addresses.family !== place.family || !isTracked(packets, place)) return false;
      return turned(contains(match.addresses, place.original.destination), match.not);
    case 'original-destination-port':
      return isTracked(packets, place) && turned(hasPort(match.ports, place.original.port), match.not);
    case 'tcp-flags':
      return turned((place.flags & match.mask) === match.value, match.not);
    case 'mark':
      return byMark(packets.mark, match);
    case 'ct-mark':
      return isTracked(packets, place) && byMark(packets.ctMark, match);
    case 'destination-type':
    case 'source-type':
      return byType(match, packets, place);
    case 'reverse-path':
      return byReversePath(match, packets, place);
    case 'owner':
      return byOwner(match, place);
    case 'bytes':
      return mayHold(match.bytes, match, packets, place)
        ? doubtOf('content')
        : unless(doubtOf('content'), match.not, packets);
    case 'unusual':
      if (isShared(match, place)) return doubtOf(match.on);
      return unless(doubtOf(match.on), match.not, packets);
    case 'any':
      return anyOf(match.of, match.not, packets, place);
    case 'never':
      return match.not === true;
    case 'opaque':
      return doubtOf(match.on);
  }
}

/** What usual packets do not hold. Of others nothing is known. */
const unless = (doubts: number, not: boolean | undefined, { unusual }: PacketClass): Said =>
  unusual ? doubts : { unusual: doubts, holds: not === true };

/** Answers of the server have its own address for their source: whoever counts sources counts all clients as one. */
const isShared = ({ on }: { readonly on: Dependence }, { reply, hidden }: Place): boolean =>
  (on === 'rate' || on === 'recent') && (reply || hidden);

const isTracked = (packets: PacketClass, place: Place): boolean => place.tracked && !packets.untracked;

const stateOf = (packets: PacketClass, place: Place): Place['state'] => {
  if (packets.untracked) return 'untracked';
  return place.tracked ? place.state : 'invalid';
};

const byMark = (
  mark: number | undefined,
  match: { readonly value: number; readonly mask: number; readonly not?: boolean },
): Said => {
  if (match.mask === 0 || mark === undefined)
    return match.mask === 0 ? turned(match.value === 0, match.not) : doubtOf('mark');
  return turned((mark & match.mask) >>> 0 === match.value >>> 0, match.not);
};

/** A last `+` or `*` stands for any ending. */
export const isNamed = (pattern: string, name: string): boolean =>
  /[+*]$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

function byInterface(names: readonly string[], name: string | undefined, not: boolean | undefined): Said {
  if (name === undefined)
    return names.some((pattern) => pattern === '+' || pattern === '*')
      ? turned(true, not)
      : doubtOf('interface');
  return turned(
    names.some((pattern) => isNamed(pattern, name)),
    not,
  );
}

function anyOf(
  lists: readonly (readonly Match[])[],
  not: boolean | undefined,
  packets: PacketClass,
  place: Place,
): Said {
  const { family } = place;
  const must: AddressNumber[] = [];
  const may: AddressNumber[] = [];
  let sure: AddressSet = emptySet(family);
  let perhaps: AddressSet = emptySet(family);
  let doubts = 0;
  for (const list of lists) {
    const chosen = chosenBy(list, packets, place);
    if (!chosen) continue;
    doubts |= chosen.doubts;
    // Elements of a concatenation are small and many: they are sorted once, at the end.
    if (chosen.must.bounds.length <= 8) pushRanges(must, chosen.must);
    else sure = union(sure, chosen.must);
    if (chosen.may === chosen.must) continue;
    if (chosen.may.bounds.length <= 8) pushRanges(may, chosen.may);
    else perhaps = union(perhaps, chosen.may);
  }
  sure = union(sure, fromRanges(family, must));
  perhaps = union(union(perhaps, fromRanges(family, may)), sure);
  if (not) [sure, perhaps] = [complement(perhaps), complement(sure)];
  if (isEmpty(perhaps)) return false;
  if (isAll(sure)) return true;
  if (isEmpty(sure) && isAll(perhaps)) return doubts;
  return { must: sure, may: perhaps, doubts };
}

function pushRanges(out: AddressNumber[], { bounds }: AddressSet): void {
  for (let index = 0; index < bounds.length; index += 2) {
    const stop = bounds[index + 1] as AddressNumber;
    out.push(bounds[index] as AddressNumber, typeof stop === 'number' ? stop - 1 : stop - 1n);
  }
}

function chosenBy(list: readonly Match[], packets: PacketClass, place: Place): AddressTest | undefined {
  let must = allOf(place.family);
  let may = must;
  let doubts = 0;
  for (const match of list) {
    const said = say(match, packets, place);
    if (said === false) return undefined;
    if (said === true) continue;
    if (typeof said === 'number' || 'unusual' in said) {
      must = emptySet(place.family);
      doubts |= typeof said === 'number' ? said : said.unusual;
      continue;
    }
    const same = must === may && said.must === said.may;
    must = intersect(must, said.must);
    may = same ? must : intersect(may, said.may);
    doubts |= said.doubts;
  }
  return isEmpty(may) ? undefined : { must, may, doubts };
}
