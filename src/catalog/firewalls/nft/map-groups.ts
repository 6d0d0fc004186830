/** Maps, taken apart: which keys lead to which value. */
import type { Match } from '../../../lang/packets/index.ts';
import { condition } from './condition.ts';
import { asked } from './field.ts';
import { printExpression, printVerdict } from './print-expression.ts';
import type { Element, Expression } from './syntax.ts';
import type { Scope } from './values.ts';

/** The elements of a map, those with the same value together; last the one that takes all the rest. */
export function grouped(
  data: Expression,
  making: Scope,
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

export const isDynamic = (data: Expression, making: Scope): boolean =>
  data.is === 'named' && making.table.sets.get(data.name)?.dynamic === true;

export const setOf = (elements: readonly Element[]): Expression => ({
  is: 'set',
  elements: { packed: [], list: elements },
});

/** `… set ip saddr map { a : 1, b : 2 }`: for each value, when it is taken. */
export function byMap(
  value: Expression,
  making: Scope,
): readonly (readonly [readonly Match[], Expression])[] | undefined {
  if (value.is !== 'map') return undefined;
  if (value.key.is !== 'concat' && asked(value.key).field.of === 'opaque') return undefined;
  const groups = grouped(value.data, making);
  if (groups === undefined || isDynamic(value.data, making)) return undefined;
  return groups.map(([elements, data]) => [condition(value.key, '==', setOf(elements), making), data]);
}
