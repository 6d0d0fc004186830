import { isContainerBridge, kindOf } from '../../lang/address/index.ts';
import {
  emptySet,
  fromCidr,
  intersect,
  isEmpty,
  subtract,
  union,
  type AddressSet,
  type Answer,
  type Family,
} from '../../lang/packets/index.ts';
import type { NetworkInterface } from '../../model/index.ts';
import type { DoorWay, Place } from '../origins.ts';
import { askRules, familyOf, forwardedPorts, inTurn, isFor, type Verdict } from './firewall-ask.ts';
import type { RuledNetwork } from './firewall-layer.ts';
import { cidrsOf, isInternet, isPublic, nameSources } from './firewall-names.ts';
import { notPeople } from './firewall-people.ts';
import type { Way } from './firewall-places.ts';

/** Addresses and interfaces of the host that are asked for. */
const mostAddresses = 32;

/**
 * Who reaches a container's address: its neighbours on the bridge, the host itself, and all whom the host forwards to
 * it, by the ports that rules publish (DNAT) or straight to its address. Undefined where no bridge of the host leads
 * to that address.
 */
export function behindBridge(
  own: RuledNetwork,
  around: RuledNetwork,
  place: Place,
  door: DoorWay,
  only?: AddressSet,
): readonly Way[] | undefined {
  const family = familyOf(place.at);
  const inner = own.layer.interfaces.find(({ addresses }) => addresses.includes(place.at))?.name;
  const gateways = new Set(own.layer.interfaces.flatMap(({ gateways: some }) => some));
  const bridge = around.layer.interfaces.find(
    ({ name, addresses, networks }) =>
      name !== 'lo' &&
      (isContainerBridge(name) || addresses.some((one) => gateways.has(one))) &&
      !isEmpty(intersect(setOf(family, networks), setOf(family, [place.at]))),
  );
  if (inner === undefined || !bridge) return undefined;
  const unread = [...new Set([...own.unread, ...around.unread])];
  const strangers = union(notPeople(own.layer, family), notPeople(around.layer, family));
  const to = { address: place.at, port: door.port };
  const inside = (sources: AddressSet): Verdict =>
    askRules({ network: own, by: inner, to, sources, arrives: isFor(to) });
  const arrives = (arrival: NonNullable<Answer['arrival']>): boolean =>
    arrival.destination === to.address && arrival.port === to.port;
  const through = (by: string, address: string, port: number, sources?: AddressSet): Verdict =>
    askRules({ network: around, by, to: { address, port }, sources, arrives });

  const ways: Way[] = [];
  const asked = (set: AddressSet): AddressSet =>
    only === undefined ? set : only.family === family ? intersect(set, only) : emptySet(family);
  const neighbours = asked(
    subtract(setOf(family, bridge.networks), union(notPeople(own.layer, family), hosts())),
  );
  const near = inside(neighbours);
  if (!isEmpty(neighbours))
    ways.push({
      place: {
        reach: 'container',
        label: `containers on ${bridge.name}`,
        sources: bridge.networks.filter((network) => familyOf(network) === family),
        certain: true,
        at: place.at,
      },
      verdict: around.layer.filtersBridges
        ? inTurn(through(bridge.name, place.at, door.port, neighbours), near)
        : near,
      all: neighbours,
      unread,
      strangers,
    });
  const itself = asked(
    setOf(
      family,
      bridge.addresses.filter((one) => kindOf(one) !== 'link-local'),
    ),
  );
  if (!isEmpty(itself))
    ways.push({
      place: {
        reach: 'container',
        label: 'the host around the container',
        sources: cidrsOf(itself).cidrs,
        certain: true,
        at: place.at,
        part: 'from its host',
      },
      verdict: inTurn(through('lo', place.at, door.port, itself), inside(itself)),
      all: itself,
      unread,
      strangers,
    });
  for (const one of around.layer.interfaces.slice(0, mostAddresses))
    if (one.name !== 'lo' && one.name !== bridge.name) ways.push(...forwarded(one));
  return ways;

  function hosts(): AddressSet {
    return setOf(family, bridge?.addresses ?? []);
  }

  function forwarded({ name }: NetworkInterface): readonly Way[] {
    const people = around.behind[family].get(name);
    if (!people) return [];
    const others = around.layer.interfaces.filter((one) => one.name !== 'lo' && one.name !== bridge?.name);
    const addresses = [
      ...others.filter((one) => one.name === name),
      ...others.filter((one) => one.name !== name),
    ]
      .flatMap((one) => one.addresses)
      .filter((one) => familyOf(one) === family && kindOf(one) !== 'link-local')
      .slice(0, mostAddresses);
    const ports = [door.port, ...forwardedPorts(around.ruleSets, door.port)];
    const asks = [
      // Straight to its address: a neighbour needs only to know the way.
      [place.at, door.port, people] as const,
      ...addresses.flatMap((address) => ports.map((port) => [address, port, people] as const)),
    ];
    let got = emptySet(family);
    return asks.flatMap(([address, port, sources]): readonly Way[] => {
      const direct = address === place.at;
      const left = direct ? sources : subtract(sources, got);
      if (isEmpty(left)) return [];
      const outer = through(name, address, port, left);
      const may = union(outer.certain, outer.depends);
      if (isEmpty(may)) return [];
      const verdict = inTurn(outer, inside(may));
      if (!direct) got = union(got, verdict.certain);
      return [
        {
          place: {
            ...forwardedPlace(name, address, left),
            certain: true,
            ...(port === door.port ? {} : { port }),
            part: `by ${name}`,
            because: [
              direct
                ? `the host forwards to ${address}`
                : `published: ${address}:${port} leads to ${place.at}:${door.port}`,
            ],
          },
          verdict,
          all: left,
          unread,
          strangers,
        },
      ];
    });
  }
}

const setOf = (family: Family, texts: readonly string[]): AddressSet =>
  texts.reduce<AddressSet>((sum, text) => {
    const set = fromCidr(text);
    return set?.family === family ? union(sum, set) : sum;
  }, emptySet(family));

function forwardedPlace(
  name: string,
  at: string,
  sources: AddressSet,
): Pick<Place, 'reach' | 'label' | 'sources' | 'at'> {
  const { cidrs } = cidrsOf(sources);
  if (isContainerBridge(name))
    return { reach: 'container', label: `containers on ${name}`, sources: cidrs, at };
  if (!isInternet(sources))
    return { reach: 'network', label: `the network ${nameSources(sources, sources)}`, sources: cidrs, at };
  return {
    reach: isPublic(at) ? 'internet' : 'network',
    label: isPublic(at) ? 'the Internet' : `whoever routes to ${at}`,
    sources: [at.includes(':') ? '::/0' : '0.0.0.0/0'],
    at,
  };
}
