import { kindOf } from '../../lang/address/index.ts';
import {
  emptySet,
  intersect,
  isEmpty,
  reach,
  sizeOf,
  subtract,
  union,
  type AddressSet,
  type Answer,
  type Dependence,
  type Family,
  type PortRange,
  type Position,
  type RuleSet,
} from '../../lang/packets/index.ts';
import type { RuledNetwork } from './firewall-layer.ts';

/** A socket of the server, as rules see it. */
export interface Listening {
  readonly address: string;
  readonly port: number;
}

export const familyOf = (address: string): Family => (address.includes(':') ? 'ipv6' : 'ipv4');

/** Sources by what becomes of them, with the rule that decides over most of each. */
export interface Verdict {
  readonly certain: AddressSet;
  readonly depends: AddressSet;
  readonly no: AddressSet;
  readonly by: { readonly certain?: Position; readonly depends?: Position; readonly no?: Position };
  readonly on: readonly Dependence[];
  /** Of `certain`: those who get in only from ports of their own that they pick for it. */
  readonly picking: AddressSet;
  /** These ports. */
  readonly picked: readonly PortRange[];
}

export const nothing = (family: Family): Verdict => ({
  certain: emptySet(family),
  depends: emptySet(family),
  no: emptySet(family),
  by: {},
  on: [],
  picking: emptySet(family),
  picked: [],
});

export interface Asked {
  readonly network: RuledNetwork;
  /** Name of the interface that they come in by. */
  readonly by: string;
  readonly to: Listening;
  readonly sources: AddressSet | undefined;
  /** Where they must arrive. */
  readonly arrives: (arrival: NonNullable<Answer['arrival']>) => boolean;
}

/** One question, with answers that lead elsewhere counted as no. */
export function askRules({ network, by, to, sources, arrives }: Asked): Verdict {
  const family = familyOf(to.address);
  const answers = reach(network.ruleSets, network.topology[family], {
    family,
    destination: to.address,
    port: to.port,
    inInterface: by,
    ...(sources ? { sources } : {}),
  });
  return verdictOf(
    family,
    answers.map((answer) =>
      answer.reach !== 'no' && answer.arrival && !arrives(answer.arrival)
        ? { ...answer, reach: 'no' as const }
        : answer,
    ),
  );
}

function verdictOf(family: Family, answers: readonly Answer[]): Verdict {
  const of = (kind: Answer['reach']): readonly Answer[] => answers.filter(({ reach: one }) => one === kind);
  const together = (some: readonly Answer[]): AddressSet =>
    unionOf(
      family,
      some.map(({ sources }) => sources),
    );
  const certain = together(of('certain'));
  const depends = subtract(together(of('depends')), certain);
  const no = subtract(subtract(together(of('no')), certain), depends);
  const [yes, maybe, never] = [mostly(of('certain')), mostly(of('depends')), mostly(of('no'))];
  return {
    certain,
    depends,
    no,
    by: {
      ...(yes ? { certain: yes } : {}),
      ...(maybe ? { depends: maybe } : {}),
      ...(never ? { no: never } : {}),
    },
    on: [...new Set(of('depends').flatMap(({ on }) => on))],
    picking: subtract(
      together(answers.filter(({ sourcePorts }) => sourcePorts)),
      together(of('certain').filter(({ sourcePorts }) => !sourcePorts)),
    ),
    picked: of('certain').flatMap(({ sourcePorts = [] }) => sourcePorts),
  };
}

/** The rule that decides over most of them. */
function mostly(answers: readonly Answer[]): Position | undefined {
  let most: { readonly size: bigint; readonly because: Position } | undefined;
  for (const { sources, because } of answers) {
    const size = sizeOf(sources);
    if (!most || size > most.size) most = { size, because };
  }
  return most?.because;
}

/** Of many sets, two by two: one after another each would be walked as often as there are sets. */
function unionOf(family: Family, sets: readonly AddressSet[]): AddressSet {
  let level = sets;
  while (level.length > 1)
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, index) => {
      const [first, second] = [level[2 * index], level[2 * index + 1]];
      return first && second ? union(first, second) : (first ?? emptySet(family));
    });
  return level[0] ?? emptySet(family);
}

/** Those who get through by any of several ways. */
export function either(a: Verdict, b: Verdict): Verdict {
  const certain = union(a.certain, b.certain);
  const depends = subtract(union(a.depends, b.depends), certain);
  return {
    certain,
    depends,
    no: subtract(subtract(union(a.no, b.no), certain), depends),
    by: { ...b.by, ...a.by },
    on: [...new Set([...a.on, ...b.on])],
    picking: union(
      subtract(a.picking, subtract(b.certain, b.picking)),
      subtract(b.picking, subtract(a.certain, a.picking)),
    ),
    picked: [...a.picked, ...b.picked],
  };
}

/** Those who get through one and then the other; what the first lets through is asked of the second. */
export function inTurn(first: Verdict, second: Verdict): Verdict {
  // A port that one lets through the other may refuse.
  const torn = intersect(first.picking, second.picking);
  const certain = subtract(intersect(first.certain, second.certain), torn);
  const may = (one: Verdict): AddressSet => union(one.certain, one.depends);
  const depends = subtract(intersect(may(first), may(second)), certain);
  const all = union(union(may(first), first.no), union(may(second), second.no));
  const stops = isEmpty(may(first)) ? first : second;
  return {
    certain,
    depends,
    no: subtract(subtract(all, certain), depends),
    by: { ...first.by, ...(stops.by.no ? { no: stops.by.no } : {}) },
    on: [...new Set([...first.on, ...second.on, ...(isEmpty(torn) ? [] : (['port'] as const))])],
    picking: intersect(certain, union(first.picking, second.picking)),
    picked: [...first.picked, ...second.picked],
  };
}

/** Whether packets that arrive there are the socket's. */
export const isFor =
  ({ address, port }: Listening) =>
  (arrival: NonNullable<Answer['arrival']>): boolean =>
    arrival.local &&
    arrival.port === port &&
    (arrival.destination === address || kindOf(address) === 'unspecified');

const mostPorts = 16;

/** Other ports that some rule leads to this one, as far as their rules name them. */
export function forwardedPorts(ruleSets: readonly RuleSet[], port: number): readonly number[] {
  const found = new Set<number>();
  for (const { tables } of ruleSets)
    for (const { chains } of tables)
      for (const { rules } of chains)
        for (const { when, does } of rules) {
          const leads = does.some(
            (deed) =>
              (deed.deed === 'dnat' || deed.deed === 'redirect') &&
              (deed.port === undefined || (deed.port[0] <= port && port <= deed.port[1])),
          );
          if (!leads) continue;
          for (const match of when)
            if (match.match === 'destination-port' && !match.not)
              for (const [from, to] of match.ports) {
                found.add(from);
                found.add(to);
                if (from <= port && port <= to) found.add(port);
              }
        }
  return [...found].filter((one) => one !== port).slice(0, mostPorts);
}
