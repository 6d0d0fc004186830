import {
  fromCidr,
  isWithin,
  type PortRange,
  sizeOf,
  toCidrs,
  intersect,
  isEmpty,
} from '../../../lang/packets/index.ts';
import { type Addresses, noAddresses, together } from '../cloud-shared/index.ts';
import { NoChange, type View } from './step.ts';

/** CIDR as clouds want it: with its prefix, and without host bits. Nothing for what is no address. */
export function cidrOf(word: string): string | undefined {
  const set = fromCidr(word);
  if (!set || sizeOf(set) === 0n) return undefined;
  const [first] = toCidrs(set);
  return first === undefined ? undefined : withPrefix(first);
}

const withPrefix = (text: string): string =>
  text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;

/** The fewest networks that are these addresses. */
export const cidrsOf = ({ ipv4, ipv6 }: Addresses): readonly string[] =>
  [...toCidrs(ipv4), ...toCidrs(ipv6)].map(withPrefix);

export const isPartOf = (a: Addresses, b: Addresses): boolean =>
  isWithin(a.ipv4, b.ipv4) && isWithin(a.ipv6, b.ipv6);

export const common = (a: Addresses, b: Addresses): Addresses => ({
  ipv4: intersect(a.ipv4, b.ipv4),
  ipv6: intersect(a.ipv6, b.ipv6),
});

export const isNobody = ({ ipv4, ipv6 }: Addresses): boolean => isEmpty(ipv4) && isEmpty(ipv6);

/** All of these sources together. */
export const allOfThem = (words: readonly string[], view: View): Addresses =>
  words.reduce<Addresses>((sum, word) => together(sum, meant(word, view)), noAddresses);

export function meant(word: string, view: View): Addresses {
  const found = view.addressesOf(word);
  if (found) return found;
  throw new NoChange(
    `${word} is no source that this cloud knows`,
    'Write a network (10.0.0.0/8), or somebody as the cloud calls them: sg-…, pl-…, VirtualNetwork, tag:…, pods:app=….',
  );
}

/** Parts of a range of ports that are outside of all wished ones. */
export function portsBeside([from, to]: PortRange, wished: readonly PortRange[]): readonly PortRange[] {
  let rest: readonly PortRange[] = [[from, to]];
  for (const [low, high] of wished)
    rest = rest.flatMap(([a, b]): readonly PortRange[] =>
      high < a || low > b
        ? [[a, b]]
        : [...(a < low ? [[a, low - 1] as const] : []), ...(b > high ? [[high + 1, b] as const] : [])],
    );
  return rest;
}

export const touches = ([from, to]: PortRange, wished: readonly PortRange[]): boolean =>
  wished.some(([low, high]) => low <= to && from <= high);

export const covers = ([from, to]: PortRange, [low, high]: PortRange): boolean => from <= low && high <= to;

export const portText = ([from, to]: PortRange): string => (from === to ? `${from}` : `${from}-${to}`);
