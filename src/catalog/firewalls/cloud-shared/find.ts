import { isFields, isList, isUnresolved, type Value } from './value.ts';

/** Values looked at in one document: more is none that a cloud prints. */
const mostValues = 5_000_000;

/**
 * Everything in a document that `take` recognises, at any depth, in order: so an answer is read whatever it is wrapped
 * in. What is taken is not searched further.
 */
export function findAll(value: Value, take: (value: Value) => boolean): readonly Value[] {
  const found: Value[] = [];
  const todo: Value[] = [value];
  for (let looked = 0; todo.length > 0 && looked < mostValues; looked++) {
    const here = todo.pop() as Value;
    if (typeof here !== 'object' || here === null || isUnresolved(here)) continue;
    if (take(here)) found.push(here);
    else if (isList(here)) for (let at = here.length - 1; at >= 0; at--) todo.push(here[at] as Value);
    else if (isFields(here)) for (const inner of Object.values(here).toReversed()) todo.push(inner);
  }
  return found;
}
