/** Elements of a set as conditions on a packet. */
import {
  type AddressSet,
  type Family,
  type Match,
  type PortRange,
  emptySet,
  fromTexts,
  subtract,
  toCidrs,
  union,
} from '../../../lang/packets/index.ts';
import type { IpSet } from './sets.ts';

/** Numbers of the protocols that have ports. */
const protocols: Readonly<Record<string, number>> = {
  tcp: 6,
  '6': 6,
  udp: 17,
  '17': 17,
  sctp: 132,
  '132': 132,
  udplite: 136,
  '136': 136,
};

/** Addresses of many elements; a `netmask` of the set widens them. */
export function addressesOfElements(texts: readonly string[], family: Family, netmask?: number): AddressSet {
  const wide =
    netmask === undefined ? texts : texts.map((text) => (/[/-]/.test(text) ? text : `${text}/${netmask}`));
  return fromTexts(family, wide).addresses;
}

/** Elements whose address is none, each with why. */
export function* badElements(set: IpSet): Generator<readonly [element: string, reason: string]> {
  const { family } = set;
  const at = set.parts.findIndex((part) => part === 'ip' || part === 'net');
  if (family === undefined || at < 0) return;
  const elements = [...set.elements.keys()];
  const texts = set.parts.length === 1 ? elements : elements.map((element) => element.split(',')[at] ?? '');
  for (const bad of fromTexts(family, texts).bad)
    yield [elements[bad] ?? '', `${texts[bad]} is no address of ${family}`];
}

/** The most exact element decides, and `nomatch` turns its answer round. */
export function addressesOfNets(set: IpSet, family: Family): AddressSet {
  const levels = new Map<number, { readonly yes: string[]; readonly no: string[] }>();
  const layered = [...set.elements.values()].some(({ nomatch }) => nomatch);
  if (!layered) return addressesOfElements([...set.elements.keys()], family, set.netmask);
  for (const [element, { nomatch }] of set.elements) {
    const networks = element.includes('-') ? toCidrs(fromTexts(family, [element]).addresses) : [element];
    for (const network of networks) {
      const prefix = Number(network.split('/')[1] ?? (family === 'ipv4' ? 32 : 128));
      const level = levels.get(prefix) ?? { yes: [], no: [] };
      levels.set(prefix, level);
      (nomatch ? level.no : level.yes).push(network);
    }
  }
  let found = emptySet(family);
  for (const [, { yes, no }] of [...levels].toSorted(([a], [b]) => a - b))
    found = subtract(union(found, addressesOfElements(yes, family)), addressesOfElements(no, family));
  return found;
}

/** What one part of an element asks of a packet; `undefined`: not to be known beforehand, or not understood. */
export function partMatches(
  set: IpSet,
  part: string,
  text: string,
  direction: string,
): readonly Match[] | undefined {
  const source = direction === 'src';
  switch (part) {
    case 'ip':
    case 'net': {
      const addresses = addressesOfElements([text], set.family ?? 'ipv4');
      return [{ match: source ? 'source' : 'destination', addresses }];
    }
    case 'port': {
      const [, name = 'tcp', ports = ''] = /^(?:([a-z0-9-]+):)?(.*)$/i.exec(text) ?? [];
      const protocol = protocols[name.toLowerCase()];
      const range = portRange(ports);
      if (protocol === undefined) return [{ match: 'never', why: `${name}, and not TCP` }];
      if (range === undefined) return undefined;
      return [
        { match: 'protocol', protocols: [protocol] },
        { match: source ? 'source-port' : 'destination-port', ports: [range] },
      ];
    }
    case 'iface':
      if (text.startsWith('physdev:')) return undefined;
      return [{ match: source ? 'in-interface' : 'out-interface', names: [text] }];
    case 'mark': {
      const value = Number(text);
      return Number.isInteger(value) ? [{ match: 'mark', value, mask: set.markmask }] : undefined;
    }
    default:
      return undefined;
  }
}

function portRange(text: string): PortRange | undefined {
  const [from, to = from] = text.split('-').map((one) => (/^\d{1,5}$/.test(one) ? Number(one) : undefined));
  return from === undefined || to === undefined ? undefined : [Math.min(from, to), Math.max(from, to)];
}
