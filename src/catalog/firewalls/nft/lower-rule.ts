/**
 * A rule of nft in the one rule language. Its statements run one after the other, matches between deeds; there a rule is
 * conditions, then deeds. So a rule that sets a mark and then asks for something more becomes two, and a map of
 * verdicts becomes a rule for each verdict. Where what an earlier part does changes what a later one asks (marks,
 * notrack), the rest moves to a chain of its own, which is entered by a jump.
 */
import type { Chain, Deed, Match, PortRange, Rule } from '../../../lang/packets/index.ts';
import { asked, isFamily, isTracked } from './field.ts';
import { condition } from './condition.ts';
import { markDeeds } from './mark.ts';
import { addressSet, lastOf, overlap, parseAddress } from './ranges.ts';
import { printExpression, printVerdict } from './print-expression.ts';
import type { Element, Expression, NftRule, Statement, Verdict } from './syntax.ts';
import { numberOf, type Scope, valuesOf } from './values.ts';

/** Chains that a rule needs beside its own, made as it is lowered. */
export interface Making extends Scope {
  readonly extra: Chain[];
}

export function lowerRule(rule: NftRule, making: Making): readonly Rule[] {
  return run(rule.statements, [], rule, making);
}

function run(
  statements: readonly Statement[],
  before: readonly Match[],
  rule: NftRule,
  making: Making,
): readonly Rule[] {
  const { at } = rule;
  const when = [...before];
  const does: Deed[] = [];
  for (const [index, statement] of statements.entries()) {
    const rest = statements.slice(index + 1);
    const copies = statement.does === 'set-mark' && asksConntrack(statement.value);
    const asks =
      copies || statement.does === 'match' || statement.does === 'condition' || statement.does === 'vmap';
    if (does.length > 0 && (asks || (statement.does === 'remember' && statement.bound))) {
      const first: Rule = { when, does, at };
      const left = statements.slice(index);
      if (!when.some(canChange)) return [first, ...run(left, when, rule, making)];
      if (left.some(returns)) return [{ when, does: [opaqueDeed(rule)], at }];
      return [{ when, does: [...does, enter(run(left, [], rule, making), rule, making)], at }];
    }
    switch (statement.does) {
      case 'match':
        when.push(...condition(statement.left, statement.op, statement.right, making));
        break;
      case 'condition':
        when.push({ match: 'opaque', on: statement.on, text: statement.text });
        break;
      case 'remember':
        if (statement.bound) when.push({ match: 'opaque', on: 'rate', text: statement.text });
        break;
      case 'vmap':
        return verdictMap(statement.key, statement.data, when, rest, rule, making);
      case 'verdict':
        if (statement.verdict.verdict === 'continue') break;
        return [{ when, does: [...does, deedOf(statement.verdict)], at }];
      case 'block': {
        const chain = made(
          statement.rules.flatMap((one) => lowerRule(one, making)),
          rule,
          making,
        );
        return [{ when, does: [...does, { deed: statement.verdict, chain }], at }];
      }
      case 'reject':
        if (statement.family !== undefined && making.table.family === 'inet')
          when.push(isFamily(statement.family));
        return [{ when, does: [...does, { deed: 'reject' }], at }];
      case 'notrack':
        does.push({ deed: 'notrack' });
        break;
      case 'set-mark': {
        if (copies) when.push(isTracked);
        const split = byMap(statement.value, making);
        if (split === undefined) {
          does.push(...(markDeeds(statement.target, statement.value) ?? [opaqueMark(statement)]));
          break;
        }
        return split.flatMap(([matches, value]) =>
          run([{ ...statement, value }, ...rest], [...when, ...matches], rule, making),
        );
      }
      case 'dnat':
      case 'snat':
      case 'redirect':
        return rewrite(statement, when, does, rule, making);
      case 'opaque':
        return [{ when, does: [...does, { deed: 'opaque', on: statement.on, text: statement.text }], at }];
      case 'go-on':
        break;
    }
  }
  return [{ when, does: does.length > 0 ? does : [{ deed: 'go-on' }], at }];
}

const opaqueDeed = (rule: NftRule): Deed => ({ deed: 'opaque', on: 'mark', text: rule.at.text });
const opaqueMark = (statement: Statement & { readonly does: 'set-mark' }): Deed => ({
  deed: 'opaque',
  on: 'mark',
  text: `${statement.target} set ${printExpression(statement.value)}`,
});

/** A mark that is taken from a connection: where there is none, the rule ends. */
const asksConntrack = (value: Expression): boolean =>
  value.is === 'ct' || (value.is === 'binary' && asksConntrack(value.left));

/** Would an earlier deed of the same rule change its answer? */
const canChange = (match: Match): boolean =>
  match.match === 'mark' ||
  match.match === 'ct-mark' ||
  match.match === 'ct-state' ||
  match.match === 'opaque' ||
  (match.match === 'any' && match.of.some((of) => of.some(canChange)));

const returns = (statement: Statement): boolean =>
  (statement.does === 'verdict' && statement.verdict.verdict === 'return') || statement.does === 'vmap';

function made(rules: readonly Rule[], rule: NftRule, making: Making): string {
  // No chain of nft's can have a space in its name.
  const name = `part ${making.extra.length + 1}`;
  making.extra.push({ name, rules, at: rule.at });
  return name;
}

const enter = (rules: readonly Rule[], rule: NftRule, making: Making): Deed => ({
  deed: 'jump',
  chain: made(rules, rule, making),
});

function deedOf(verdict: Verdict): Deed {
  switch (verdict.verdict) {
    case 'jump':
    case 'goto':
      return { deed: verdict.verdict, chain: verdict.chain };
    case 'queue':
      return { deed: 'opaque', on: 'other', text: 'queue' };
    case 'continue':
      return { deed: 'go-on' };
    default:
      return { deed: verdict.verdict };
  }
}

/** The elements of a map, those with the same value together; last the one that takes all the rest. */
function grouped(
  data: Expression,
  making: Making,
): readonly (readonly [Element[], Expression])[] | undefined {
  const set = data.is === 'named' ? making.table.sets.get(data.name) : undefined;
  if (data.is === 'named' && set === undefined)
    making.problem(`there is no map ${data.name} in table ${making.table.family} ${making.table.name}`);
  const elements = data.is === 'set' ? data.elements : set?.elements;
  if (elements === undefined) return undefined;
  const groups = new Map<string, [Element[], Expression]>();
  const last: [Element[], Expression][] = [];
  for (const element of elements.list) {
    const { key, data: value } = element;
    if (value === undefined) continue;
    if (key.is === 'word' && key.word === '*' && key.quoted !== true) {
      last.push([[element], value]);
      continue;
    }
    const name = value.is === 'verdict' ? printVerdict(value.verdict) : `= ${printExpression(value)}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [[element], value]);
    else group[0].push(element);
  }
  return [...groups.values(), ...last];
}

const isDynamic = (data: Expression, making: Making): boolean =>
  data.is === 'named' && making.table.sets.get(data.name)?.dynamic === true;

function verdictMap(
  key: Expression,
  data: Expression,
  when: readonly Match[],
  rest: readonly Statement[],
  rule: NftRule,
  making: Making,
): readonly Rule[] {
  const { at } = rule;
  const groups = grouped(data, making);
  if (groups === undefined) return [{ when, does: [{ deed: 'opaque', on: 'set', text: at.text }], at }];
  const branches = groups.map(([elements, value]) => ({
    verdict: value.is === 'verdict' ? value.verdict : undefined,
    matches: condition(key, '==', setOf(elements), making),
    all: elements.some((element) => element.key.is === 'word' && element.key.word === '*'),
  }));
  const named = branches.filter(({ all }) => !all);
  refuseOverlap(key, groups, making);
  const rules = branches.flatMap(({ verdict, matches, all }): readonly Rule[] => {
    if (verdict === undefined) return [{ when, does: [{ deed: 'opaque', on: 'other', text: at.text }], at }];
    const here = all
      ? [...guardsOf(key, making), { match: 'any', of: named.map((one) => one.matches), not: true } as const]
      : matches;
    if (verdict.verdict === 'continue') return run(rest, [...when, ...here], rule, making);
    return [{ when: [...when, ...here], does: [deedOf(verdict)], at }];
  });
  const open = isDynamic(data, making);
  const all: readonly Rule[] = open
    ? [...rules, { when, does: [{ deed: 'opaque', on: 'set', text: at.text }], at }]
    : rules.length > 0
      ? rules
      : [{ when: [...when, { match: 'never', why: 'the map is empty' }], does: [{ deed: 'go-on' }], at }];
  // A chain that comes back must not meet another verdict, if what it did changed the key: those that lead into chains
  // and back come last, and stand in a chain of their own, which is left with the first.
  const back = all.filter(isJump);
  if (back.length < 2 || !branches.some(({ matches }) => matches.some(canChange))) return all;
  const inside = back.map((one) => asGoto(one, when));
  return [...all.filter((one) => !isJump(one)), { when, does: [enter(inside, rule, making)], at }];
}

const isJump = (rule: Rule): boolean => rule.does.some(({ deed }) => deed === 'jump');

/** Two answers for one key. */
function refuseOverlap(
  key: Expression,
  groups: readonly (readonly [readonly Element[], Expression])[],
  making: Making,
): void {
  if (key.is === 'concat') return;
  const { field } = asked(key);
  if (field.of !== 'address' && field.of !== 'port') return;
  const ranges = groups.flatMap(([elements]) =>
    elements.flatMap(
      (element) => valuesOf(element.key, field, { ...making, problem: () => undefined }).ranges,
    ),
  );
  if (overlap(ranges) || new Set(ranges.map(String)).size < ranges.length)
    making.problem('keys of the map overlap');
}

const asGoto = (rule: Rule, when: readonly Match[]): Rule => ({
  ...rule,
  when: rule.when.slice(when.length),
  does: rule.does.map((deed) => (deed.deed === 'jump' ? { deed: 'goto', chain: deed.chain } : deed)),
});

const setOf = (elements: readonly Element[]): Expression => ({
  is: 'set',
  elements: { packed: [], list: elements },
});

/** What must hold for the key to be there at all. */
const guardsOf = (key: Expression, making: Making): readonly Match[] =>
  condition(
    key,
    '==',
    { is: 'set', elements: { packed: [], list: [{ key: { is: 'word', word: '*' } }] } },
    making,
  );

/** `… set ip saddr map { a : 1, b : 2 }`: for each value, when it is taken. */
function byMap(
  value: Expression,
  making: Making,
): readonly (readonly [readonly Match[], Expression])[] | undefined {
  if (value.is !== 'map') return undefined;
  if (value.key.is !== 'concat' && asked(value.key).field.of === 'opaque') return undefined;
  const groups = grouped(value.data, making);
  if (groups === undefined || isDynamic(value.data, making)) return undefined;
  return groups.map(([elements, data]) => [condition(value.key, '==', setOf(elements), making), data]);
}

function rewrite(
  statement: Statement & { readonly does: 'dnat' | 'snat' | 'redirect' },
  when: readonly Match[],
  does: readonly Deed[],
  rule: NftRule,
  making: Making,
): readonly Rule[] {
  const { at } = rule;
  if (statement.does === 'snat') return [{ when, does: [...does, { deed: 'snat' }], at }];
  for (const part of ['to', 'port'] as const) {
    const value = statement[part];
    if (value?.is !== 'map') continue;
    const split = byMap(value, making) ?? anyOf(value, making);
    if (split === undefined) break;
    return split.flatMap(([matches, one]) =>
      rewrite({ ...statement, [part]: one }, [...when, ...matches], does, rule, making),
    );
  }
  const deed = target(statement, making);
  return [{ when, does: [...does, deed ?? { deed: 'opaque', on: 'other', text: at.text }], at }];
}

/** A choice at random: any of the values. */
function anyOf(
  value: Expression & { readonly is: 'map' },
  making: Making,
): readonly (readonly [readonly Match[], Expression])[] | undefined {
  const groups = grouped(value.data, making);
  if (groups === undefined || isDynamic(value.data, making) || groups.length === 0) return undefined;
  const values = groups.map(([, data]) => data);
  if (values.some((one) => one.is === 'concat')) {
    return values.map((one, index) => [
      index + 1 < values.length
        ? [{ match: 'opaque', on: 'other', text: printExpression(value.key) } as const]
        : [],
      one,
    ]);
  }
  return [[[], { is: 'set', elements: { packed: [], list: values.map((key) => ({ key })) } }]];
}

function target(
  statement: Statement & { readonly does: 'dnat' | 'snat' | 'redirect' },
  making: Making,
): Deed | undefined {
  let { to, port } = statement;
  if (to?.is === 'concat') [to, port] = [to.parts[0], to.parts[1] ?? port];
  const ports = port === undefined ? undefined : portRange(port, making);
  if (port !== undefined && ports === undefined) return undefined;
  const withPort = ports === undefined ? {} : { port: ports };
  if (statement.does === 'redirect') return { deed: 'redirect', ...withPort };
  if (to === undefined) return ports === undefined ? undefined : { deed: 'dnat', ...withPort };
  const family = familyOf(to);
  if (family === undefined) return undefined;
  const values = valuesOf(to, { of: 'address', side: 'destination', family }, making);
  if (values.unclear || values.open || values.all) return undefined;
  return { deed: 'dnat', to: addressSet(family, values.ranges, values.packed), ...withPort };
}

function portRange(port: Expression, making: Making): PortRange | undefined {
  const field = { of: 'port', side: 'destination-port' } as const;
  const one = numberOf(port, field);
  if (one !== undefined) return one <= 65535n ? [Number(one), Number(one)] : undefined;
  const { ranges, unclear } = valuesOf(port, field, making);
  const [range] = ranges;
  return range === undefined || ranges.length > 1 || unclear
    ? undefined
    : [Number(range[0]), Number(range[1])];
}

function familyOf(to: Expression): 'ipv4' | 'ipv6' | undefined {
  if (to.is === 'word') return parseAddress(to.word === 'localhost' ? '127.0.0.1' : to.word)?.family;
  if (to.is === 'prefix') return familyOf(to.address);
  if (to.is === 'range') return familyOf(to.from);
  if (to.is === 'number') return BigInt(to.value) <= lastOf('ipv4') ? 'ipv4' : 'ipv6';
  if (to.is !== 'set') return undefined;
  const [first] = to.elements.list;
  return to.elements.packed.length > 0 ? 'ipv4' : first === undefined ? undefined : familyOf(first.key);
}
