import { equals, fromCidr, intersect, isEmpty, subtract, type AddressSet } from '../../lang/packets/index.ts';
import type { NamedRange } from '../../model/index.ts';
import type { Place } from '../origins.ts';
import type { Verdict } from './firewall-ask.ts';
import { cidrsOf, isInternet, nameSources, sayRule } from './firewall-names.ts';
import { withoutHoles } from './firewall-people.ts';

/** Some people on their way to a socket, and what becomes of them. */
export interface Way {
  readonly place: Place;
  readonly verdict: Verdict;
  /** All who are on that way. */
  readonly all: AddressSet;
  /** What else may stand in it, in words. */
  readonly unread: readonly string[];
  /** Addresses that nobody on the network has. */
  readonly strangers: AddressSet;
}

/** One place as the places that rules make of it. */
export function placesOfWay(
  { place, verdict, all: everybody, unread, strangers }: Way,
  names: readonly NamedRange[],
): readonly Place[] {
  const { no, by } = verdict;
  const [all, certain, depends] = [everybody, verdict.certain, verdict.depends].map((set) =>
    withoutHoles(set, strangers),
  ) as [AddressSet, AddressSet, AddressSet];
  const doubts = unread.length > 0 ? [`not read: ${unread.join('; ')}`] : [];
  const refusal = by.no ? sayRule(by.no) : 'no rule lets it in';
  const others = isEmpty(no) ? [] : [`all others are refused by ${refusal}`];
  if (isEmpty(certain) && isEmpty(depends))
    return [{ ...place, sources: allOf(place, all), certain: true, refused: `the firewall: ${refusal}` }];
  const rows: Place[] = [];
  if (!isEmpty(certain)) {
    const whole = isEmpty(subtract(all, certain));
    rows.push({
      ...(whole ? { ...place, sources: allOf(place, all) } : narrowed(place, certain, all, names)),
      certain: place.certain && unread.length === 0,
      because: [
        ...(place.because ?? []),
        ...(by.certain ? [`let through by ${sayRule(by.certain)}`] : []),
        ...pickedPorts(verdict, certain),
        ...(whole ? [] : others),
        ...doubts,
      ],
    });
  }
  if (!isEmpty(depends)) {
    const whole = isEmpty(subtract(all, depends));
    rows.push({
      ...(whole ? { ...place, sources: allOf(place, all) } : narrowed(place, depends, all, names)),
      part: `${place.part ?? ''} depends`.trim(),
      certain: false,
      because: [
        ...(place.because ?? []),
        `depends on ${verdict.on.map((one) => dependences[one]).join(', ')}: ${by.depends ? sayRule(by.depends) : 'rules'}`,
        ...(isEmpty(certain) ? others : []),
        ...doubts,
      ],
    });
  }
  return rows;
}

const mostPorts = 4;

/** Whoever wants to gets in: the caller picks the port that it comes from. */
function pickedPorts({ picking, picked }: Verdict, certain: AddressSet): readonly string[] {
  if (isEmpty(intersect(picking, certain))) return [];
  const ports = [...new Set(picked.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)))];
  const more = ports.length > mostPorts ? ', …' : '';
  const who = isEmpty(subtract(certain, picking)) ? '' : 'some ';
  return [
    `${who}only from source port ${ports.slice(0, mostPorts).join(', ')}${more}, which the caller picks`,
  ];
}

/** Everybody on a way: as the place has them, but where it names only the nearest of them. */
function allOf({ reach, sources, at }: Place, all: AddressSet): readonly string[] {
  if (reach === 'host') return sources;
  return isInternet(all) ? [at.includes(':') ? '::/0' : '0.0.0.0/0'] : near(sources, all);
}

const near = (sources: readonly string[], all: AddressSet): readonly string[] =>
  sources.some((text) => {
    const network = fromCidr(text);
    return network?.family === all.family && equals(network, all);
  })
    ? sources
    : cidrsOf(all).cidrs;

const dependences: Readonly<Record<Verdict['on'][number], string>> = {
  rate: 'how often somebody comes',
  recent: 'who came before',
  time: 'the time',
  mark: 'a mark that something else sets',
  socket: 'who owns the socket',
  content: 'what a packet holds',
  set: 'members of a set that are not known',
  interface: 'an interface that is not known',
  port: 'the port that they come from',
  route: 'a route that is not known',
  other: 'a match that is not understood',
};

/** The part of a place that gets through, by its own name. */
function narrowed(place: Place, set: AddressSet, all: AddressSet, names: readonly NamedRange[]): Place {
  const { cidrs, left } = cidrsOf(set);
  const wide = isInternet(set);
  const own = place.sources.find((text) => {
    const network = fromCidr(text);
    return network?.family === set.family && equals(set, intersect(all, network));
  });
  const label =
    place.reach === 'host' || place.reach === 'container'
      ? `${place.label}, from ${nameSources(set, all, names)}`
      : own !== undefined
        ? `the network ${own}`
        : nameSources(set, all, names);
  return {
    ...place,
    // A short list of addresses is no Internet.
    reach: place.reach === 'internet' && !wide ? 'network' : place.reach,
    label,
    sources: own === undefined ? cidrs : [own],
    ...(left > 0 ? { because: [...(place.because ?? []), `and ${left} more networks`] } : {}),
  };
}
