/**
 * Rules that never have a say, since earlier ones of their chain decide. Rules are sorted into groups that differ in
 * their sources only; a rule is decided by the groups whose other conditions hold wherever its own do, when these
 * groups' sources together contain its own.
 */
import { type AddressSet, allOf, emptySet, isEmpty } from './address-set.ts';
import type { Mistake } from './mistake.ts';
import { impliesAll, keyOfMatch } from './lint-implies.ts';
import { RangeList } from './range-list.ts';
import type { Chain, Deed, Family, Match, Position, Rule } from './rule.ts';
import { areDisjoint, complement, intersect, subtract } from './set-algebra.ts';

interface Decider {
  readonly rule: Rule;
  readonly sources: Sources;
}

/** Of both families; a rule without a condition on sources is for all of both. */
type Sources = Readonly<Record<Family, AddressSet>>;

interface Group {
  readonly conditions: readonly Match[];
  readonly lists: Readonly<Record<Family, RangeList>>;
  readonly deciders: Decider[];
}

const families: readonly Family[] = ['ipv4', 'ipv6'];
/** Groups that are looked at for each rule, and rules for naming who decides: both bound the work. */
const mostGroups = 200;
const mostLooks = 3_000_000;
const mostNamed = 5;

export function mistakesOfOrder(chain: Chain): readonly Mistake[] {
  const groups = new Map<string, Group>();
  const found: Mistake[] = [];
  let looks = mostLooks;
  for (const rule of chain.rules) {
    // Another protocol, a fragment: it is not for the packets that we know of.
    if (rule.when.some((match) => match.match === 'never' && !match.not)) continue;
    const sources = sourcesOf(rule);
    if (families.every((family) => isEmpty(sources[family]))) {
      found.push({ kind: 'dead', at: rule.at, reason: 'no source can meet its conditions', by: [] });
      continue;
    }
    const conditions = rule.when.filter(({ match }) => match !== 'source');
    const verdict = endOf(rule);
    const over = [...groups.values()].filter((group) => impliesAll(conditions, group.conditions));
    if (over.length > 0 && isCovered(sources, over)) {
      const by: Decider[] = [];
      for (const decider of over.flatMap(({ deciders }) => deciders)) {
        if (looks-- < 0 || by.length === mostNamed) break;
        if (families.some((family) => !areDisjoint(decider.sources[family], sources[family])))
          by.push(decider);
      }
      found.push(mistakeOf(rule, verdict, by));
      continue;
    }
    if (!verdict || conditions.some(isDoubtful)) continue;
    const key = conditions.map(keyOfMatch).toSorted().join(' & ');
    const known = groups.get(key);
    if (!known && groups.size >= mostGroups) continue;
    const group = known ?? {
      conditions,
      lists: { ipv4: new RangeList(emptySet('ipv4')), ipv6: new RangeList(emptySet('ipv6')) },
      deciders: [],
    };
    groups.set(key, group);
    for (const family of families) group.lists[family].add(sources[family]);
    group.deciders.push({ rule, sources });
  }
  return found;
}

function isCovered(sources: Sources, groups: readonly Group[]): boolean {
  return families.every((family) => {
    let rest = sources[family];
    for (const { lists } of groups) {
      if (isEmpty(rest)) break;
      rest = subtract(rest, lists[family].common(rest));
    }
    return isEmpty(rest);
  });
}

/** Holds now and not then: what it decides is open. */
const isDoubtful = (match: Match): boolean =>
  match.match === 'opaque' || (match.match === 'any' && match.of.some((list) => list.some(isDoubtful)));

function sourcesOf(rule: Rule): Sources {
  const sources = { ipv4: allOf('ipv4'), ipv6: allOf('ipv6') };
  for (const match of rule.when) {
    if (match.match !== 'source') continue;
    const { family } = match.addresses;
    const other = family === 'ipv4' ? 'ipv6' : 'ipv4';
    sources[family] = intersect(sources[family], match.not ? complement(match.addresses) : match.addresses);
    sources[other] = emptySet(other);
  }
  return sources;
}

/** How a rule ends the chain for whom it applies to; nothing where the next rule may be next. */
function endOf(rule: Rule): Deed['deed'] | undefined {
  const last = rule.does.at(-1);
  switch (last?.deed) {
    case 'accept':
    case 'drop':
    case 'reject':
    case 'return':
    case 'goto':
    case 'dnat':
    case 'redirect':
    case 'snat':
      return last.deed;
    case undefined:
    case 'jump':
    case 'go-on':
    case 'set-mark':
    case 'set-ct-mark':
    case 'copy-mark':
    case 'notrack':
    case 'opaque':
      return undefined;
  }
}

const closes = (verdict: Deed['deed'] | undefined): boolean => verdict === 'drop' || verdict === 'reject';

function mistakeOf(rule: Rule, verdict: Deed['deed'] | undefined, by: readonly Decider[]): Mistake {
  const verdicts = by.map((decider) => endOf(decider.rule));
  const positions = by.map((decider) => decider.rule.at);
  const named = positions.map(placeOf).join(', ');
  const plain = verdict === 'accept' || closes(verdict) || verdict === 'return';
  const same = plain && verdicts.every((other) => other === verdict || (closes(other) && closes(verdict)));
  if (by.length > 0 && same)
    return { kind: 'redundant', at: rule.at, reason: `${named} has done the same before`, by: positions };
  if (verdict === 'accept' && by.length > 0 && verdicts.every(closes))
    return {
      kind: 'accept-after-drop',
      at: rule.at,
      reason: `lets nobody in: ${named} has dropped all of them before`,
      by: positions,
    };
  return {
    kind: 'shadowed',
    at: rule.at,
    reason: named ? `never asked: ${named} has decided before` : 'never asked: earlier rules have decided',
    by: positions,
  };
}

const placeOf = ({ line, handle, text }: Position): string => {
  if (line !== undefined) return `line ${line}`;
  return handle === undefined ? `“${text}”` : `handle ${handle}`;
};
