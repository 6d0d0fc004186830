/**
 * A rule of nft in the one rule language. Its statements run one after the other, matches between deeds; there a rule is
 * conditions, then deeds. So a rule that sets a mark and then asks for something more becomes two, and a map of
 * verdicts becomes a rule for each verdict. Where what an earlier part does changes what a later one asks (marks,
 * notrack), the rest moves to a chain of its own, which is entered by a jump.
 */
import type { Chain, Deed, Match, Rule } from '../../../lang/packets/index.ts';
import { asked, isFamily, isTracked } from './field.ts';
import { condition } from './condition.ts';
import { byMap, grouped, isDynamic, setOf } from './map-groups.ts';
import { markDeeds } from './mark.ts';
import { present } from './present.ts';
import { rewrite } from './rewrite.ts';
import { overlap } from './ranges.ts';
import { printExpression } from './print-expression.ts';
import type { Element, Expression, NftRule, Statement, Verdict } from './syntax.ts';
import { type Scope, valuesOf } from './values.ts';

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
    const writes =
      statement.does === 'remember' &&
      (statement.bound || present(statement.key, making.table.family).length > 0);
    if (does.length > 0 && (asks || writes)) {
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
        when.push(...present(statement.key, making.table.family));
        if (statement.bound)
          when.push(
            statement.pace === undefined
              ? { match: 'opaque', on: 'rate', text: statement.text }
              : {
                  match: 'unusual',
                  on: 'rate',
                  text: statement.text,
                  ...(statement.pace === 'within' ? { not: true } : {}),
                },
          );
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

/** What must hold for the key to be there at all. */
const guardsOf = (key: Expression, making: Making): readonly Match[] =>
  condition(
    key,
    '==',
    { is: 'set', elements: { packed: [], list: [{ key: { is: 'word', word: '*' } }] } },
    making,
  );
