import { isContainerBridge, kindOf } from '../../lang/address/index.ts';
import {
  emptySet,
  fromCidr,
  intersect,
  isEmpty,
  subtract,
  union,
  type AddressSet,
  type Family,
  type Topology,
} from '../../lang/packets/index.ts';

import type { NamedRange } from '../../model/index.ts';
import type { DoorWay, Place, Refine } from '../origins.ts';
import {
  askRules,
  either,
  familyOf,
  forwardedPorts,
  isFor,
  type Listening,
  type Verdict,
} from './firewall-ask.ts';
import { behindBridge } from './firewall-container.ts';
import { onlyFor, openedBy, type RuledNetwork } from './firewall-layer.ts';
import { cidrsOf, isInternet, nameSources } from './firewall-names.ts';
import { notPeople } from './firewall-people.ts';
import { placesOfWay, type Way } from './firewall-places.ts';

/** Addresses of one family that are asked for besides those of the interface itself. */
const mostOthers = 8;

export interface Asking {
  /** Ranges with names of the user's. */
  readonly names?: readonly NamedRange[];
  /** Nobody else is asked about; answers are of this family alone. */
  readonly only?: AddressSet;
  /** Who opened the sockets of the doors; absent: not known, and rules about it are in doubt. */
  readonly listener?: Topology['listener'];
}

/**
 * What the packet filters make of the places from which a door is reached: each keeps the sources that get through,
 * and says by which rule; a place from which nobody does is refused.
 */
export function refineBy(
  networks: readonly RuledNetwork[],
  { names = [], only, listener }: Asking = {},
): Refine {
  const [first, around] = only ? networks.map((network) => onlyFor(network, only)) : networks;
  if (!first) return (_, places) => places;
  const own = listener ? openedBy(first, listener) : first;
  return (door, places) => {
    const here = places.flatMap((place) => {
      if (place.reach === 'host') return fromItself(own, place, door, { names, ...(only ? { only } : {}) });
      const outer = around && behindBridge(own, around, place, door, only);
      return outer ? outer.flatMap((way) => placesOfWay(way, names)) : fromOutside(own, place, door, names);
    });
    return [...here, ...byOtherWays(own, places, door, names)];
  };
}

const wayOf = (network: RuledNetwork, place: Place, verdict: Verdict, all: AddressSet): Way => ({
  place,
  verdict,
  all,
  unread: network.unread,
  strangers: notPeople(network.layer, all.family),
});

const ownerOf = ({ layer }: RuledNetwork, address: string): string | undefined =>
  layer.interfaces.find(({ addresses }) => addresses.includes(address))?.name;

function fromItself(
  network: RuledNetwork,
  place: Place,
  door: DoorWay,
  { names = [], only }: Asking,
): readonly Place[] {
  if (only && only.family !== familyOf(place.at)) return [];
  const to = { address: place.at, port: door.port };
  const verdict = askRules({ network, by: 'lo', to, sources: only, arrives: isFor(toOf(door)) });
  const all = union(union(verdict.certain, verdict.depends), verdict.no);
  if (only && isEmpty(all)) return [];
  return placesOfWay(wayOf(network, { ...place, label: 'this host' }, verdict, all), names);
}

const toOf = ({ address, port }: DoorWay): Listening => ({
  address: address === '*' ? '0.0.0.0' : address === '-::*' || address === '::*' ? '::' : address,
  port,
});

function fromOutside(
  network: RuledNetwork,
  place: Place,
  door: DoorWay,
  names: readonly NamedRange[],
): readonly Place[] {
  const by = ownerOf(network, place.at);
  const family = familyOf(place.at);
  const people = by === undefined ? undefined : network.behind[family].get(by);
  // An address that is on no interface, or that nobody has a way to: as it was without rules.
  if (by === undefined || !people) return network.narrowed ? [] : [{ ...place, certain: false }];
  const all = place.reach === 'container' ? onBridge(place, people) : people;
  if (isEmpty(all)) return [];
  const verdict = askAll(network, by, place.at, door, all);
  const from = network.narrowed ? { ...place, because: [`comes in by ${by}`] } : place;
  const lost = hasNoRoutes(network, by, family) ? [`the routes by ${by}: who is behind it is not known`] : [];
  const way = wayOf(network, from, verdict, all);
  return placesOfWay({ ...way, unread: [...way.unread, ...lost] }, names);
}

/** Its routes are in a table of their own (a tunnel): anybody may be behind it. */
const hasNoRoutes = ({ layer }: RuledNetwork, name: string, family: Family): boolean =>
  !layer.interfaces.some(
    (one) => one.name === name && [...one.networks, ...one.routes].some((text) => familyOf(text) === family),
  );

const onBridge = ({ sources }: Place, people: AddressSet): AddressSet =>
  intersect(
    people,
    sources.reduce<AddressSet>((sum, text) => union(sum, fromCidr(text) ?? sum), emptySet(people.family)),
  );

/** Asks for the interface's own address first; who is refused there may get in by another address of the host. */
function askAll(network: RuledNetwork, by: string, at: string, door: DoorWay, sources: AddressSet): Verdict {
  const to = toOf(door);
  const arrives = isFor(to);
  let verdict = askRules({ network, by, to: { address: at, port: door.port }, sources, arrives });
  if (kindOf(to.address) !== 'unspecified') return verdict;
  for (const address of othersOf(network, at).slice(0, mostOthers)) {
    const left = subtract(sources, verdict.certain);
    if (isEmpty(left)) break;
    const more = askRules({ network, by, to: { address, port: door.port }, sources: left, arrives });
    verdict = either(verdict, more);
  }
  return verdict;
}

const othersOf = ({ layer }: RuledNetwork, at: string): readonly string[] =>
  layer.interfaces
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ addresses }) => addresses)
    .filter((one) => one !== at && familyOf(one) === familyOf(at) && kindOf(one) !== 'link-local');

/** People whom the list of places leaves out: behind other interfaces, or by a port that is led to this one. */
function byOtherWays(
  network: RuledNetwork,
  places: readonly Place[],
  door: DoorWay,
  names: readonly NamedRange[],
): readonly Place[] {
  const to = toOf(door);
  const family = familyOf(to.address);
  const arrives = isFor(to);
  const every = kindOf(to.address) === 'unspecified';
  const local = kindOf(to.address) === 'loopback';
  const forwarded = forwardedPorts(network.ruleSets, door.port);
  const covered = new Set(places.map(({ at }) => ownerOf(network, at)));
  return network.layer.interfaces.flatMap(({ name, addresses }): readonly Place[] => {
    const people = network.behind[family].get(name);
    if (name === 'lo' || !people) return [];
    const asks: (readonly [Listening, AddressSet])[] = [];
    // A neighbour who knows the address sends packets for it here, whichever interface it is on.
    if (!every && !local && !covered.has(name)) asks.push([to, people]);
    const own = addresses.filter((one) => familyOf(one) === family && kindOf(one) !== 'link-local');
    for (const address of own.slice(0, mostOthers))
      for (const port of local ? [door.port, ...forwarded] : forwarded)
        asks.push([{ address, port }, people]);
    return asks.flatMap(([asked, sources]) => {
      if (isEmpty(sources)) return [];
      const verdict = askRules({ network, by: name, to: asked, sources, arrives });
      if (isEmpty(verdict.certain) && isEmpty(verdict.depends)) return [];
      const place: Place = {
        ...placeBy(name, asked.address, sources),
        ...(asked.port === door.port ? {} : { port: asked.port }),
        part: `by ${name}`,
      };
      return placesOfWay(wayOf(network, place, verdict, sources), names).filter(
        ({ refused }) => refused === undefined,
      );
    });
  });
}

/** Those who come in by an interface, as a place. */
function placeBy(name: string, at: string, sources: AddressSet): Place {
  const { cidrs } = cidrsOf(sources);
  if (isContainerBridge(name))
    return { reach: 'container', label: `containers on ${name}`, sources: cidrs, certain: true, at };
  const wide = isInternet(sources);
  return {
    reach: wide && kindOf(at) === 'public' ? 'internet' : 'network',
    label: wide
      ? kindOf(at) === 'public'
        ? 'the Internet'
        : `whoever routes to ${at}`
      : nameSources(sources, sources),
    sources: wide ? [at.includes(':') ? '::/0' : '0.0.0.0/0'] : cidrs,
    certain: true,
    at,
  };
}
