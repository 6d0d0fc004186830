import {
  type AddressSet,
  emptySet,
  type Family,
  type Match,
  subtract,
  union,
} from '../../../lang/packets/index.ts';
import { addressesOfElements, addressesOfNets, partMatches } from './elements.ts';
import type { IpSet, IpSets } from './sets.ts';

/**
 * What `--match-set NAME src,dst` asks of a packet: conditions that must all hold. `undefined` where there is no such
 * set. A set that is of another family, or of more parts than there are directions, is never met.
 */
export function setMatch(
  sets: IpSets,
  name: string,
  directions: readonly string[],
  family: Family,
): readonly Match[] | undefined {
  const set = sets.sets.get(name);
  return set === undefined ? undefined : matchesOf(sets, set, directions, family);
}

function matchesOf(
  sets: IpSets,
  set: IpSet,
  directions: readonly string[],
  family: Family,
): readonly Match[] {
  const { parts, name } = set;
  const [first = ''] = parts;
  const undecided: Match = { match: 'opaque', on: 'set', text: `set ${name} of type ${set.type}` };
  if (first === 'set') {
    const members = [...set.elements.keys()].map((member) => sets.sets.get(member));
    const of = members.map((member): readonly Match[] =>
      member === undefined || member.parts.includes('set')
        ? [undecided]
        : matchesOf(sets, member, directions, family),
    );
    return [{ match: 'any', of }];
  }
  if (set.family !== undefined && set.family !== family)
    return [{ match: 'never', why: `set ${name} holds addresses of the other family` }];
  if (directions.length < parts.length)
    return [{ match: 'never', why: `set ${name} has ${parts.length} parts` }];
  if (parts.length === 1 && (first === 'ip' || first === 'net'))
    return [
      {
        match: directions[0] === 'src' ? 'source' : 'destination',
        addresses: addressesOfNets(set, family),
      },
    ];
  if ([...set.elements.values()].some(({ nomatch }) => nomatch)) return [undecided];
  return [
    {
      match: 'any',
      of: [...groups(set, family)].map(([, one]) => one.conditions(directions) ?? [undecided]),
    },
  ];

  /** Elements that differ only in their first part, when that is an address, are one condition. */
  function groups(of: IpSet, kind: Family): ReadonlyMap<string, Group> {
    const found = new Map<string, Group & { readonly texts: string[] }>();
    for (const element of of.elements.keys()) {
      const texts = element.split(',');
      const [head = ''] = texts;
      const address = first === 'ip' || first === 'net';
      const key = address ? texts.slice(1).join(',') : element;
      const group = found.get(key) ?? newGroup(of, texts, address ? kind : undefined);
      group.texts.push(head);
      found.set(key, group);
    }
    return found;
  }
}

/** One address alone is the narrowest. */
const lengthOf = (head: string): number => Number(head.split('/')[1] ?? 128);

/**
 * Of a set of networks with interfaces the kernel looks at the narrowest network alone that an address lies in, even if
 * it is there for another interface.
 */
function addressesOfNarrowest(set: IpSet, heads: readonly string[], family: Family): AddressSet {
  const all = Map.groupBy(
    [...set.elements.keys()].map((element) => element.split(',')[0] ?? ''),
    lengthOf,
  );
  const own = Map.groupBy(heads, lengthOf);
  let [narrower, found] = [emptySet(family), emptySet(family)];
  for (const [length, networks] of [...all].toSorted(([a], [b]) => b - a)) {
    const here = addressesOfElements(own.get(length) ?? [], family, set.netmask);
    found = union(found, subtract(here, narrower));
    narrower = union(narrower, addressesOfElements(networks, family, set.netmask));
  }
  return found;
}

interface Group {
  readonly conditions: (directions: readonly string[]) => readonly Match[] | undefined;
}

function newGroup(
  set: IpSet,
  texts: readonly string[],
  family: Family | undefined,
): Group & { readonly texts: string[] } {
  const heads: string[] = [];
  return {
    texts: heads,
    conditions: (directions) => {
      const all: Match[] = [];
      for (const [at, part] of set.parts.entries()) {
        const direction = directions[at] ?? 'src';
        if (at === 0 && family !== undefined) {
          const addresses = set.parts.includes('iface')
            ? addressesOfNarrowest(set, heads, family)
            : addressesOfElements(heads, family, set.netmask);
          all.push({ match: direction === 'src' ? 'source' : 'destination', addresses });
          continue;
        }
        const conditions = partMatches(set, part, texts[at] ?? '', direction);
        if (conditions === undefined) return undefined;
        all.push(...conditions);
      }
      return all;
    },
  };
}
