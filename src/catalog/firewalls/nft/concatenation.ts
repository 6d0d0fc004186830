/** `ip saddr . tcp dport { 10.0.0.1 . 22, … }`: elements that differ in their addresses alone become one. */
import type { Match } from '../../../lang/packets/index.ts';
import { asked, isFamily, isTracked } from './field.ts';
import { singleCondition } from './single-condition.ts';
import { printExpression } from './print-expression.ts';
import type { Comparison, Element, Expression } from './syntax.ts';
import type { Scope } from './values.ts';

export function concatenation(
  parts: readonly Expression[],
  op: Comparison,
  right: Expression,
  scope: Scope,
): readonly Match[] {
  const text = `${parts.map(printExpression).join(' . ')} ${printExpression(right)}`;
  const guards: Match[] = [];
  for (const part of parts) {
    const { never, family, tracked } = asked(part);
    if (tracked === true) guards.push(isTracked);
    if (never !== undefined) return [{ match: 'never', why: never }];
    if (family !== undefined && scope.table.family !== 'ip' && scope.table.family !== 'ip6')
      guards.push(isFamily(family));
  }
  const [elements, dynamic] = elementsOf(right, scope);
  if (elements === undefined) return [...guards, { match: 'opaque', on: 'set', text }];
  const { any, open, unclear } = alternatives(parts, elements, scope, dynamic);
  const not = op === '!=';
  const doubt: Match = { match: 'opaque', on: 'set', text };
  if (unclear) return [...guards, doubt];
  if (!open) return [...guards, { match: 'any', of: any, ...(not ? { not } : {}) }];
  return not
    ? [...guards, { match: 'any', of: any, not }, doubt]
    : [...guards, { match: 'any', of: [...any, [doubt]] }];
}

function elementsOf(right: Expression, scope: Scope): readonly [readonly Element[] | undefined, boolean] {
  if (right.is === 'set') return [right.elements.list, right.elements.packed.length > 0];
  if (right.is === 'concat') return [[{ key: right }], false];
  if (right.is !== 'named') return [undefined, false];
  const set = scope.table.sets.get(right.name);
  if (set === undefined) {
    scope.problem(`there is no set ${right.name} in table ${scope.table.family} ${scope.table.name}`);
    return [undefined, false];
  }
  return [set.elements.list, set.dynamic];
}

interface Alternatives {
  readonly any: readonly (readonly Match[])[];
  readonly open: boolean;
  readonly unclear: boolean;
}

function alternatives(
  parts: readonly Expression[],
  elements: readonly Element[],
  scope: Scope,
  dynamic: boolean,
): Alternatives {
  const grouped = parts.findIndex((part) => asked(part).field.of === 'address');
  const groups = new Map<string, { readonly rest: readonly Expression[]; readonly of: Element[] }>();
  const any: (readonly Match[])[] = [];
  let open = dynamic;
  let unclear = false;
  for (const element of elements) {
    if (element.bound === true || (element.timeout === true && dynamic)) {
      open = true;
      continue;
    }
    const { key } = element;
    if (key.is === 'word' && key.word === '*') {
      any.push([]);
      continue;
    }
    if (key.is !== 'concat' || key.parts.length !== parts.length) {
      scope.problem(`${printExpression(key)} has not as many parts as the concatenation it is compared with`);
      unclear = true;
      continue;
    }
    const rest = grouped === -1 ? key.parts : key.parts.toSpliced(grouped, 1);
    const own = grouped === -1 ? undefined : key.parts[grouped];
    const name = rest.map(printExpression).join(' . ');
    let group = groups.get(name);
    if (group === undefined) {
      group = { rest, of: [] };
      groups.set(name, group);
    }
    if (own !== undefined) group.of.push({ key: own });
  }
  const others = grouped === -1 ? parts : parts.toSpliced(grouped, 1);
  const address = parts[grouped];
  for (const { rest, of } of groups.values()) {
    const matches = rest.flatMap((one, at) => {
      const part = others[at];
      return part === undefined ? [] : singleCondition(part, '==', one, scope);
    });
    any.push(
      address === undefined
        ? matches
        : [
            ...singleCondition(address, '==', { is: 'set', elements: { packed: [], list: of } }, scope),
            ...matches,
          ],
    );
  }
  return { any, open, unclear };
}
