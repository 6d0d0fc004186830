/**
 * What a document of a cloud holds, whatever language it is written in: JSON, YAML, HCL. Where something is not known
 * before it is filled in from elsewhere (a variable, a parameter, an attribute that the provider sets), the value says
 * so, and every reader has to say what it makes of it.
 */

const unresolvedKey = Symbol('unresolved');

/** A value that is not known from the document; `text` is how it is written there. */
export interface Unresolved {
  readonly [unresolvedKey]: true;
  readonly text: string;
}

export type Fields = { readonly [name: string]: Value };
export type Value = null | boolean | number | string | readonly Value[] | Fields | Unresolved;

/** In which line of its document an object or a list begins. */
export type Lines = WeakMap<object, number>;

const longestText = 200;

/** Control characters have no business in what is shown to people. */
export const shown = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');

const shortened = (text: string): string =>
  shown(text.length > longestText ? `${text.slice(0, longestText)}…` : text);

export const unresolved = (text: string): Unresolved => ({ [unresolvedKey]: true, text: shortened(text) });

export const isUnresolved = (value: Value | undefined): value is Unresolved =>
  typeof value === 'object' && value !== null && unresolvedKey in value;

export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

export const isFields = (value: Value | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isUnresolved(value);

/** An object that no key of a stranger's can surprise: it has no prototype. */
export const newFields = (): { [name: string]: Value } => Object.create(null) as { [name: string]: Value };

/** Makes fields of entries. */
export function fieldsOf(entries: Iterable<readonly [string, Value | undefined]>): Fields {
  const out = newFields();
  for (const [name, value] of entries) if (value !== undefined) out[name] = value;
  return out;
}

/** A field by the first of these names that is there; nothing where the value is no object. */
export function field(value: Value | undefined, ...names: readonly string[]): Value | undefined {
  if (!isFields(value)) return undefined;
  for (const name of names) {
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}

/** Follows names down. */
export const fieldAt = (value: Value | undefined, ...path: readonly string[]): Value | undefined =>
  path.reduce<Value | undefined>((here, name) => field(here, name), value);

/** A text, or a number or boolean as text; nothing for all else. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A whole number, also where it is written as a text. */
export function integerOf(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value.trim())) return undefined;
  return Number(value);
}

/** The elements of a list; one value alone is a list of one, nothing is empty. */
export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [value];
}

/** As it is said to people: shortened, in one line. */
export function saying(value: Value | undefined): string {
  if (isUnresolved(value)) return value.text;
  return shortened(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));
}
