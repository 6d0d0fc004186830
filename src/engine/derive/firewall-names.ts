import { kindOf } from '../../lang/address/index.ts';
import {
  emptySet,
  fromCidr,
  intersect,
  isEmpty,
  sizeOf,
  subtract,
  toCidrs,
  type AddressSet,
  type Family,
  type Position,
} from '../../lang/packets/index.ts';
import { printable } from '../../lang/text/index.ts';
import type { NamedRange } from '../../model/index.ts';

/** Space that the Internet hands out. */
const handedOut: Readonly<Record<Family, AddressSet>> = (() => {
  const of = (family: Family, all: string, without: readonly string[]): AddressSet =>
    without.reduce<AddressSet>(
      (left, text) => subtract(left, fromCidr(text) ?? left),
      fromCidr(all) ?? emptySet(family),
    );
  return {
    ipv4: of('ipv4', '0.0.0.0/0', [
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.0.2.0/24',
      '192.168.0.0/16',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '224.0.0.0/3',
    ]),
    ipv6: of('ipv6', '2000::/3', ['2001:db8::/32']),
  };
})();

/** A sixteenth of all public addresses is no list of friends. */
export const isInternet = (set: AddressSet): boolean =>
  sizeOf(intersect(set, handedOut[set.family])) * 16n >= sizeOf(handedOut[set.family]);

const mostNamed = 4;

/** `a, b and c`, or the first of many with their number. */
function listed(texts: readonly string[]): string {
  if (texts.length > mostNamed)
    return `${texts.slice(0, mostNamed - 1).join(', ')} and ${texts.length - mostNamed + 1} more networks`;
  return texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

/** Sources in the words that people use: ranges with names by their names, most of all by what is left out. */
export function nameSources(set: AddressSet, all: AddressSet, names: readonly NamedRange[] = []): string {
  let rest = set;
  const named: string[] = [];
  for (const { name, range } of names) {
    const wanted = fromCidr(range);
    if (!wanted || wanted.family !== set.family || !isEmpty(subtract(wanted, set))) continue;
    named.push(`${printable(name, 40)} (${range})`);
    rest = subtract(rest, wanted);
  }
  if (isInternet(set)) {
    const missing = toCidrs(subtract(all, set));
    return missing.length === 0 ? 'the Internet' : `the Internet without ${listed(missing)}`;
  }
  return listed([...named, ...toCidrs(rest)]);
}

/** Sources as CIDR; so many at most, and whether that is all. */
export function cidrsOf(set: AddressSet, most = 1024): { readonly cidrs: readonly string[]; left: number } {
  const all = toCidrs(set);
  return { cidrs: all.slice(0, most), left: Math.max(0, all.length - most) };
}

/** Where a rule stands and what it says, without anything that a terminal would obey. */
export function sayRule({ text, file, line, handle }: Position): string {
  const place = [
    ...(file === undefined ? [] : [line === undefined ? file : `${file}:${line}`]),
    ...(file === undefined && line !== undefined ? [`line ${line}`] : []),
    ...(handle === undefined ? [] : [`handle ${handle}`]),
  ].join(', ');
  const words = printable(text, 160);
  return place === '' ? words : `${words} (${printable(place, 200)})`;
}

export const isPublic = (address: string): boolean => kindOf(address) === 'public';
