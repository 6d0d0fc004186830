import { field, isFields, isUnresolved, listOf, textOf, type Value } from '../cloud-shared/index.ts';
import type { Labels } from './context.ts';

/**
 * Whether labels fulfil a selector; nothing: it is not known. An empty selector selects everything, and one that makes
 * no sense is never taken to select nothing.
 */
export function isSelected(selector: Value | undefined, labels: Labels | undefined): boolean | undefined {
  if (isUnresolved(selector)) return undefined;
  if (selector !== undefined && selector !== null && !isFields(selector)) return undefined;
  const said: (boolean | undefined)[] = [];
  const wanted = field(selector, 'matchLabels');
  if (isUnresolved(wanted)) said.push(undefined);
  else if (isFields(wanted))
    for (const [name, value] of Object.entries(wanted))
      said.push(
        labels && !isUnresolved(value)
          ? Object.hasOwn(labels, name) && labels[name] === textOf(value)
          : undefined,
      );
  for (const expression of listOf(field(selector, 'matchExpressions'))) said.push(holds(expression, labels));
  if (said.includes(false)) return false;
  return said.includes(undefined) ? undefined : true;
}

function holds(expression: Value, labels: Labels | undefined): boolean | undefined {
  const key = field(expression, 'key');
  if (!labels || isUnresolved(expression) || isUnresolved(key)) return undefined;
  const name = textOf(key) ?? '';
  const own = Object.hasOwn(labels, name) ? labels[name] : undefined;
  const values = listOf(field(expression, 'values'));
  if (values.some((value) => isUnresolved(value))) return undefined;
  const isIn = own !== undefined && values.some((value) => textOf(value) === own);
  switch (textOf(field(expression, 'operator'))) {
    case 'In':
      return isIn;
    case 'NotIn':
      return !isIn;
    case 'Exists':
      return own !== undefined;
    case 'DoesNotExist':
      return own === undefined;
    default:
      return undefined;
  }
}

/** Labels that fulfil a selector, for a pod that stands for all that it selects. */
export function exampleLabels(selector: Value | undefined): Labels {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(labelsOf(field(selector, 'matchLabels')))) labels[name] = value;
  for (const expression of listOf(field(selector, 'matchExpressions'))) {
    const operator = textOf(field(expression, 'operator'));
    const name = textOf(field(expression, 'key')) ?? '';
    if (operator === 'In') labels[name] = textOf(listOf(field(expression, 'values'))[0]) ?? '';
    if (operator === 'Exists') labels[name] ??= '';
  }
  return labels;
}

export const labelsOf = (value: Value | undefined): Labels =>
  isFields(value)
    ? Object.fromEntries(Object.entries(value).flatMap(([name, one]) => [[name, textOf(one) ?? '']]))
    : {};
