import {
  field,
  fieldsOf,
  isFields,
  isList,
  isUnresolved,
  type Lines,
  listOf,
  newFields,
  unresolved,
  type Value,
} from '../cloud-shared/index.ts';
import type { Resource } from './resource.ts';

/** Gives an object that stands for another one the line of that. */
export function inPlaceOf<T extends Value>(made: T, original: Value | undefined, lines: Lines): T {
  if (typeof original !== 'object' || original === null || typeof made !== 'object' || made === null)
    return made;
  const line = lines.get(original);
  if (line !== undefined) lines.set(made, line);
  return made;
}

/** Terraform writes what is not set as an empty text or list. */
export const given = (value: Value | undefined): Value | undefined =>
  value === '' || value === null || (isList(value) && value.length === 0) ? undefined : value;

/** An object with these fields of another one under new names; the mark of doubt goes with it. */
export function renamed(
  value: Value,
  names: Readonly<Record<string, string>>,
  { lines }: Pick<Resource, 'lines'>,
): Value {
  if (!isFields(value)) return value;
  const made = fieldsOf([
    ...Object.entries(names).map(([from, to]) => [to, given(field(value, from))] as const),
    ['(only if)', field(value, '(only if)')],
  ]);
  return inPlaceOf(made, value, lines);
}

/** The objects of a block that stands several times, or of an attribute with a list of objects. */
export const blocksOf = (value: Value, name: string): readonly Value[] => {
  const found = field(value, name);
  return isUnresolved(found) ? [found] : listOf(found).filter((one) => one !== null);
};

/** The same, marked as something of which it is not known whether it is made at all. */
export function doubted(value: Value, onlyIf: string | undefined, lines: Lines): Value {
  if (onlyIf === undefined || !isFields(value)) return value;
  const made = Object.assign(newFields(), value, { '(only if)': unresolved(onlyIf) });
  return inPlaceOf(made, value, lines);
}
