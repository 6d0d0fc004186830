/**
 * Replies in whatever shape a decoder gives them: arrays, Map, Set and objects; strings, Buffers, and values wrapped as
 * `{ kind, text }`, `{ kind, items }`, `{ kind, pairs }`. What has another shape is nothing.
 */
import { bytesOf, textOf } from './byte-string.ts';

interface Wrapped {
  readonly kind?: unknown;
  readonly text?: unknown;
  readonly items?: unknown;
  readonly pairs?: unknown;
}

const wrapped = (value: unknown): Wrapped => (typeof value === 'object' && value !== null ? value : {});

/** A string, a simple string or a Buffer, as text. An error is no text. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return textOf(bytesOf(value));
  const { kind, text } = wrapped(value);
  return typeof text === 'string' && kind !== 'error' ? text : undefined;
}

/** The items of an array or a set. */
export function itemsIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  const { items } = wrapped(value);
  return Array.isArray(items) ? items : [];
}

export const textsIn = (value: unknown): readonly string[] =>
  itemsIn(value)
    .map(textIn)
    .filter((text) => text !== undefined);

// More than any reply that is read by field has.
const maximumFields = 256;

/** The fields of a map, or of an array of names and values in turn; names in lower case. */
export function fieldsIn(value: unknown): ReadonlyMap<string, unknown> {
  const entries: (readonly [unknown, unknown])[] = [];
  const { pairs } = wrapped(value);
  if (value instanceof Map) entries.push(...[...value].slice(0, maximumFields));
  else if (Array.isArray(value)) {
    for (let i = 0; i + 1 < value.length && i < 2 * maximumFields; i += 2)
      entries.push([value[i], value[i + 1]]);
  } else if (Array.isArray(pairs)) {
    for (const pair of pairs.slice(0, maximumFields)) {
      const [name, field] = itemsIn(pair);
      entries.push([name, field]);
    }
  } else if (typeof value === 'object' && value !== null)
    entries.push(...Object.entries(value).slice(0, maximumFields));
  return new Map(
    entries.flatMap(([key, field]) => {
      const name = textIn(key);
      return name === undefined ? [] : [[name.toLowerCase(), field] as const];
    }),
  );
}
