/**
 * The proof that a change does what was wished and nothing else, by asking the same rules before and after: for every
 * port at which anything may differ, every protocol with a meaning of its own, and every place that a rule names as its
 * destination. It is made on the objects as they would be, through the reader that reads them live.
 */
import {
  type Chain,
  complement,
  equals,
  type Match,
  type PortRange,
  reach,
  type Rule,
  toCidrs,
  toRanges,
  union,
} from '../../../lang/packets/index.ts';
import {
  type Addresses,
  everybody,
  noAddresses,
  type SubjectRules,
  together,
  without,
} from '../cloud-shared/index.ts';
import { allOfThem, common, isNobody, isPartOf, touches } from './sources.ts';
import { type CloudWish, NoChange, type State, type View } from './step.ts';

/** Who gets through. */
export interface Through {
  readonly certain: Addresses;
  /** May get through. */
  readonly depends: Addresses;
}

const hosts = { ipv4: '192.0.2.77', ipv6: '2001:db8::77' } as const;
const families = ['ipv4', 'ipv6'] as const;
const mostPorts = 3000;
const mostPlaces = 200;

type Place = Partial<Record<'ipv4' | 'ipv6', string>>;

export function through(ruleSet: SubjectRules, port: number, to: Place = {}): Through {
  const found = { certain: { ...noAddresses }, depends: { ...noAddresses } };
  for (const family of families) {
    const destination = to[family] ?? hosts[family];
    const topology = {
      interfaces: [{ name: 'eth0', addresses: [destination], networks: ['0.0.0.0/0', '::/0'] }],
    };
    for (const answer of reach([ruleSet], topology, { family, destination, port, inInterface: 'eth0' })) {
      if (answer.reach === 'no') continue;
      found[answer.reach][family] = union(found[answer.reach][family], answer.sources);
    }
  }
  return found;
}

const matchesOf = (ruleSets: readonly SubjectRules[]): readonly Match[] => {
  const flat = (match: Match): readonly Match[] =>
    match.match === 'any' ? match.of.flatMap((list) => list.flatMap(flat)) : [match];
  return ruleSets.flatMap(({ tables }) =>
    tables.flatMap(({ chains }) =>
      chains.flatMap(({ rules }) => rules.flatMap(({ when }) => when.flatMap(flat))),
    ),
  );
};

/** One port for each part of all ports in which no rule tells them apart. */
function portsOf(matches: readonly Match[], wished: readonly PortRange[]): readonly number[] {
  const ranges = matches.flatMap((match) => (match.match === 'destination-port' ? match.ports : []));
  const starts = [...ranges, ...wished].flatMap(([from, to]) => [from, to + 1]);
  return [...new Set([1, ...starts])].filter((port) => port >= 1 && port <= 65_535).toSorted((a, b) => a - b);
}

/** Places between which no rule tells apart: the first address of each range that one names, and of each beside it. */
function placesOf(matches: readonly Match[]): readonly Place[] {
  const named = new Map<string, Place>();
  for (const match of matches)
    if (match.match === 'destination')
      for (const [first] of [...toRanges(match.addresses), ...toRanges(complement(match.addresses))])
        named.set(first, { [match.addresses.family]: first });
  if (named.size > mostPlaces)
    throw new NoChange(
      `the rules tell more than ${mostPlaces} destinations apart`,
      'Change them by hand: a proof asks for each of them.',
    );
  return [{}, ...named.values()];
}

/** Without rules that let in only from some ports of whoever asks: of everybody else they let in nobody. */
function fromAnyPort(ruleSet: SubjectRules): SubjectRules {
  const isBound = ({ when, does }: Rule): boolean =>
    does[0]?.deed === 'accept' && when.some(({ match }) => match === 'source-port');
  return {
    ...ruleSet,
    tables: ruleSet.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({
        ...chain,
        rules: chain.rules.filter((rule) => !isBound(rule)),
      })),
    })),
  };
}

/** The same rules with another protocol in TCP's place, so that reach, which asks for TCP, answers for it. */
function asTcp(ruleSet: SubjectRules, protocol: number): SubjectRules {
  const turned = (number: number): number => (number === 6 ? protocol : number === protocol ? 6 : number);
  const ofMatch = (match: Match): Match => {
    if (match.match === 'protocol') return { ...match, protocols: match.protocols.map(turned) };
    return match.match === 'any' ? { ...match, of: match.of.map((list) => list.map(ofMatch)) } : match;
  };
  const ofRule = (rule: Rule): Rule => ({ ...rule, when: rule.when.map(ofMatch) });
  const ofChain = (chain: Chain): Chain => ({ ...chain, rules: chain.rules.map(ofRule) });
  return {
    ...ruleSet,
    tables: ruleSet.tables.map((table) => ({ ...table, chains: table.chains.map(ofChain) })),
  };
}

const same = (a: Addresses, b: Addresses): boolean => equals(a.ipv4, b.ipv4) && equals(a.ipv6, b.ipv6);
const few = ({ ipv4, ipv6 }: Addresses): string => {
  const all = [...toCidrs(ipv4), ...toCidrs(ipv6)];
  return all.length > 4 ? `${all.slice(0, 4).join(', ')} and ${all.length - 4} more` : all.join(', ');
};

/** What `mode` makes of who gets through before. */
export function wanted({ mode, sources }: CloudWish, before: Addresses, view: View): Addresses {
  const named = allOfThem(sources, view);
  if (mode === 'only') return named;
  return mode === 'allow' ? together(before, named) : without(before, named);
}

export interface Proof {
  /** Why the change must not be made; empty: it is proved. */
  readonly wrong: readonly string[];
  /** What it takes from others beside the ports that were meant: said, not refused. */
  readonly loses: readonly string[];
}

const others: Readonly<Record<number, string>> = {
  1: 'ICMP',
  17: 'UDP',
  47: 'GRE',
  50: 'ESP',
  58: 'ICMPv6',
  132: 'SCTP',
};

/** Who gets through to all of these ports wherever rules tell places apart, and who to any. */
export function throughAll(
  ruleSets: readonly SubjectRules[],
  ports: readonly PortRange[],
): { readonly everywhere: Addresses; readonly somewhere: Addresses } {
  let [everywhere, somewhere] = [everybody, noAddresses];
  for (const ruleSet of ruleSets)
    for (const place of placesOf(matchesOf([ruleSet])))
      for (const port of new Set(ports.flat())) {
        const { certain, depends } = through(ruleSet, port, place);
        everywhere = common(everywhere, through(fromAnyPort(ruleSet), port, place).certain);
        somewhere = together(somewhere, together(certain, depends));
      }
  return { everywhere, somewhere };
}

/** Compares all that is guarded before and after. */
export function prove(view: View, before: State, after: State, wish: CloudWish): Proof {
  const [was, is] = [view.ruleSets(before), view.ruleSets(after)];
  const wrong: string[] = [];
  const loses = new Map<string, Set<string>>();
  if (!was.some(({ target }) => target)) wrong.push('nothing of the documents is what the wish is about');
  if (was.length !== is.length) wrong.push('something would be guarded that was not, or no more');
  for (const [index, one] of was.entries()) {
    const other = is[index];
    if (!other) continue;
    // What is not touched needs no question.
    if (!one.target && decisive(one) === decisive(other)) continue;
    const matches = matchesOf([one, other]);
    const ports = portsOf(matches, wish.ports);
    if (ports.length > mostPorts) {
      wrong.push(`${one.subject.id} tells more than ${mostPorts} parts of all ports apart`);
      continue;
    }
    const name = `${one.subject.kind} ${one.subject.id}`;
    const places = placesOf(matches);
    for (const place of places)
      for (const port of ports) {
        const meant = one.target && touches([port, port], wish.ports);
        if (!meant && decisive(one, 6, port) === decisive(other, 6, port)) continue;
        const [old, now] = [through(one, port, place), through(other, port, place)];
        if (!meant) {
          if (!same(old.certain, now.certain) || !same(old.depends, now.depends))
            wrong.push(`${name}: who reaches port ${port} would change`);
          continue;
        }
        const goal = wanted(wish, together(old.certain, old.depends), view);
        if (!isNobody(now.depends) && (wish.mode === 'only' || !same(old.depends, now.depends)))
          wrong.push(
            `${name}: whether ${few(now.depends)} reach port ${port} cannot be told: ${unknownOf(other)}`,
          );
        const all = together(now.certain, wish.mode === 'only' ? noAddresses : now.depends);
        const named = wish.mode === 'deny' ? noAddresses : allOfThem(wish.sources, view);
        if (!isPartOf(named, together(through(fromAnyPort(other), port, place).certain, now.depends)))
          wrong.push(`${name}: not all whom you named reach port ${port} from any port of theirs`);
        if (!isPartOf(all, goal))
          wrong.push(`${name}: ${few(without(all, goal))} would still reach port ${port}`);
        if (!isPartOf(goal, all))
          wrong.push(`${name}: ${few(without(goal, all))} would not reach port ${port}`);
      }
    for (const [number, word] of view.onlyTcp ? [] : Object.entries(others)) {
      const [left, right] = [asTcp(one, Number(number)), asTcp(other, Number(number))];
      for (const port of ports) {
        if (decisive(one, Number(number), port) === decisive(other, Number(number), port)) continue;
        for (const place of places) {
          const [old, now] = [through(left, port, place), through(right, port, place)];
          const [a, b] = [together(old.certain, old.depends), together(now.certain, now.depends)];
          if (!isPartOf(b, a)) wrong.push(`${name}: ${word} would be opened for ${few(without(b, a))}`);
          else if (!isPartOf(a, b)) {
            const from = `is no longer let in from ${few(without(a, b))} by ${name}`;
            loses.set(from, (loses.get(from) ?? new Set()).add(word));
          }
        }
      }
    }
  }
  return {
    wrong: [...new Set(wrong)].slice(0, 20),
    loses: Array.from(loses, ([from, all]) => `${[...all].join(', ')} ${from}`).slice(0, 20),
  };
}

/** A rule without its position, as text; worked out once. */
const ruleTexts = new WeakMap<Rule, string>();
function textOfRule(rule: Rule): string {
  const known = ruleTexts.get(rule);
  if (known !== undefined) return known;
  const text = JSON.stringify([rule.when, rule.does], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
  ruleTexts.set(rule, text);
  return text;
}

/** Whether a rule can be for this protocol and port at all. */
const mayApply = ({ when }: Rule, protocol: number | undefined, port: number | undefined): boolean =>
  when.every((match) => {
    if (match.match === 'never') return match.not === true;
    if (match.match === 'protocol' && protocol !== undefined)
      return match.protocols.includes(protocol) !== (match.not === true);
    if (match.match === 'destination-port' && port !== undefined)
      return match.ports.some(([from, to]) => from <= port && port <= to) !== (match.not === true);
    return true;
  });

/** All that can decide over this protocol and port: where it is the same twice, so is every answer. */
const decisive = ({ tables }: SubjectRules, protocol?: number, port?: number): string =>
  JSON.stringify(
    tables.map(({ chains }) =>
      chains.map(({ name, base, rules }) => [
        name,
        base,
        rules.filter((rule) => mayApply(rule, protocol, port)).map(textOfRule),
      ]),
    ),
  );

const unknownOf = (ruleSet: SubjectRules): string =>
  matchesOf([ruleSet]).flatMap((match) => (match.match === 'opaque' ? [match.text] : []))[0] ??
  'a rule is not understood';

/** Whether nobody who is let in before and after is kept out by a part of the steps, and nobody else let in. */
export function proveOrder(view: View, states: readonly State[], { ports }: CloudWish): readonly string[] {
  const [first, last] = [states[0], states.at(-1)];
  if (!first || !last) return [];
  const asked = [...new Set(ports.flat())];
  const at = (state: State, port: number): readonly Addresses[] =>
    view
      .ruleSets(state)
      .filter(({ target }) => target)
      .map((one) => through(one, port).certain);
  return asked.flatMap((port) => {
    const [start, end] = [at(first, port), at(last, port)];
    return states.slice(1, -1).flatMap((state, index) =>
      at(state, port).flatMap((now, place) => {
        const [a, b] = [start[place] ?? noAddresses, end[place] ?? noAddresses];
        if (!isPartOf(common(a, b), now))
          return [`after step ${index + 1} somebody would be cut off from port ${port}`];
        return isPartOf(now, together(a, b))
          ? []
          : [`after step ${index + 1} port ${port} would be open to others`];
      }),
    );
  });
}
