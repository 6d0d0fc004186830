/** A match of one field, with all that must hold for the packet to have it. */
import type { Dependence, Family, Match } from '../../../lang/packets/index.ts';
import { compare } from './compare.ts';
import { type Asked, asked, type Field, isFamily, isTracked } from './field.ts';
import { printExpression } from './print-expression.ts';
import { parseAddress } from './ranges.ts';
import type { Step } from './steps.ts';
import type { Comparison, Expression } from './syntax.ts';
import { numberOf, type Scope, valuesOf } from './values.ts';

/** All of the conditions together say the same as the match. None of them: it is always true. */
export function singleCondition(
  left: Expression,
  op: Comparison,
  right: Expression,
  scope: Scope,
): readonly Match[] {
  const { base, steps } = unwrap(left);
  const text = `${printExpression(left)} ${op === 'implied' ? '' : `${op} `}${printExpression(right)}`;
  const what = familyByValue(asked(base), right);
  if (what.never !== undefined) return [{ match: 'never', why: what.never }];
  const both = scope.table.family !== 'ip' && scope.table.family !== 'ip6';
  const tracked = what.tracked === true ? [isTracked] : [];
  const guard = [...tracked, ...(what.family === undefined || !both ? [] : [isFamily(what.family)])];
  if (what.family !== undefined) {
    const other = what.family === 'ipv4' ? 'ip6' : 'ip';
    if (scope.table.family === other) {
      scope.problem(`${printExpression(base)} in a table of family ${other}`);
      return [{ match: 'never', why: text }];
    }
  }
  const { field } = what;
  if (field.of === 'opaque' || steps === undefined)
    return [...guard, { match: 'opaque', on: field.of === 'opaque' ? field.on : dependence(field), text }];
  if (field.of === 'never') return [{ match: 'never', why: field.why }];
  if (field.of === 'extra-header') return [{ match: 'unusual', on: 'content', text }];
  const values = valuesOf(right, field, scope);
  if (values.unclear) return [...guard, { match: 'opaque', on: dependence(field), text }];
  const match = compare(field, steps, op, values, right, text);
  const [only] = match;
  // A negated address says nothing of the other family, which nft's match does.
  if (match.length === 1 && only !== undefined && saysFamily(only) && !values.open)
    return [...tracked, ...match];
  if (!values.open || match.length === 0) return [...guard, ...match];
  return [...guard, ...opened(match, op, { match: 'opaque', on: 'set', text })];
}

const saysFamily = (match: Match): boolean =>
  (match.match === 'source' || match.match === 'destination' || match.match === 'original-destination') &&
  match.not !== true;

/** Members that are not known: what is in stays in, what is out may be in. */
function opened(match: readonly Match[], op: Comparison, more: Match): readonly Match[] {
  return op === '!=' ? [...match, more] : [{ match: 'any', of: [match, [more]] }];
}

function unwrap(left: Expression): {
  readonly base: Expression;
  readonly steps: readonly Step[] | undefined;
} {
  const steps: Step[] = [];
  let base = left;
  while (base.is === 'binary') {
    const inner = asked(deepest(base.left)).field;
    const by = numberOf(base.right, inner);
    if (by === undefined) return { base: deepest(base), steps: undefined };
    steps.unshift({ op: base.op, by });
    base = base.left;
  }
  return { base, steps };
}

function deepest(expression: Expression): Expression {
  let at = expression;
  while (at.is === 'binary') at = at.left;
  return at;
}

/** `ct original saddr` has the family of what it is compared with. */
function familyByValue(what: Asked, right: Expression): Asked {
  if (what.field.of !== 'address' || what.family !== undefined) return what;
  let at: Expression | undefined = right;
  while (at !== undefined && at.is !== 'word') {
    if (at.is === 'prefix') at = at.address;
    else if (at.is === 'range') at = at.from;
    else if (at.is === 'set') at = at.elements.packed.length > 0 ? undefined : at.elements.list[0]?.key;
    else at = undefined;
  }
  const family: Family = (at === undefined ? undefined : parseAddress(at.word)?.family) ?? what.field.family;
  return { ...what, field: { ...what.field, family }, family };
}

function dependence(field: Field): Dependence {
  if (field.of === 'address') return 'set';
  if (field.of === 'port') return 'port';
  if (field.of === 'interface' || field.of === 'device-type') return 'interface';
  if (field.of === 'mark') return 'mark';
  if (field.of === 'owner') return 'socket';
  if (field.of === 'reverse-path') return 'route';
  if (field.of === 'segment-size') return 'content';
  return 'other';
}
