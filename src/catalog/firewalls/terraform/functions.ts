/** The functions of Terraform that rules of firewalls are made with. All others stay unresolved. */
import { type Fields, isFields, isList, newFields, textOf, type Value } from '../cloud-shared/index.ts';

const mostItems = 10_000;

const key = (value: Value): string => JSON.stringify(value) ?? '';

const distinct = (list: readonly Value[]): readonly Value[] => [
  ...new Map(list.map((one) => [key(one), one])).values(),
];

function flatten(value: Value, out: Value[] = [], depth = 0): readonly Value[] {
  if (out.length > mostItems || depth > 50) return out;
  if (isList(value)) for (const one of value) flatten(one, out, depth + 1);
  else out.push(value);
  return out;
}

const merge = (given: readonly Value[]): Fields => {
  const out = newFields();
  for (const one of given)
    if (isFields(one)) for (const [name, value] of Object.entries(one)) out[name] = value;
  return out;
};

const names = (value: Fields): readonly string[] => Object.keys(value).toSorted();

type Call = (given: readonly Value[]) => Value | undefined;

const ofList =
  (call: (list: readonly Value[], rest: readonly Value[]) => Value | undefined): Call =>
  ([first, ...rest]) =>
    isList(first) ? call(first, rest) : undefined;

/** Nothing: these arguments make no sense, or are more than is computed. */
export const functions: Readonly<Record<string, Call>> = {
  concat: (given) => (given.every((one) => isList(one)) ? given.flat().slice(0, mostItems) : undefined),
  toset: ofList(distinct),
  distinct: ofList(distinct),
  tolist: ([first]) => (isList(first) ? first : undefined),
  tomap: ([first]) => (isFields(first) ? first : undefined),
  tostring: ([first]) => textOf(first),
  tonumber: ([first]) =>
    textOf(first)?.trim() && Number.isFinite(Number(first)) ? Number(first) : undefined,
  tobool: ([first]) =>
    first === true || first === 'true' ? true : first === false || first === 'false' ? false : undefined,
  flatten: ofList((list) => flatten(list)),
  compact: ofList((list) => list.filter((one) => one !== null && one !== '')),
  reverse: ofList((list) => list.toReversed()),
  sort: ofList((list) => list.toSorted((a, b) => (String(textOf(a)) < String(textOf(b)) ? -1 : 1))),
  merge: (given) => merge(given),
  keys: ([first]) => (isFields(first) ? names(first) : undefined),
  values: ([first]) => (isFields(first) ? names(first).map((name) => first[name] ?? null) : undefined),
  length: ([first]) => {
    if (isList(first) || typeof first === 'string') return first.length;
    return isFields(first) ? Object.keys(first).length : undefined;
  },
  lookup: ([map, name, otherwise]) => {
    const text = textOf(name) ?? '';
    return isFields(map) ? (Object.hasOwn(map, text) ? map[text] : otherwise) : undefined;
  },
  element: ofList((list, [at]) =>
    typeof at === 'number' && list.length > 0
      ? list[((at % list.length) + list.length) % list.length]
      : undefined,
  ),
  slice: ofList((list, [from, to]) =>
    typeof from === 'number' && typeof to === 'number' ? list.slice(from, to) : undefined,
  ),
  contains: ofList((list, [value]) => list.some((one) => key(one) === key(value ?? null))),
  coalesce: (given) => given.find((one) => one !== null && one !== ''),
  coalescelist: (given) => given.find((one) => isList(one) && one.length > 0),
  join: ([mark, list]) =>
    isList(list) ? list.map((one) => textOf(one) ?? '').join(textOf(mark) ?? '') : undefined,
  split: ([mark, text]) =>
    typeof mark === 'string' && typeof text === 'string' ? text.split(mark).slice(0, mostItems) : undefined,
  lower: ([first]) => textOf(first)?.toLowerCase(),
  upper: ([first]) => textOf(first)?.toUpperCase(),
  trimspace: ([first]) => textOf(first)?.trim(),
  one: ofList((list) => (list.length > 1 ? undefined : (list[0] ?? null))),
  zipmap: ([keys, values]) => {
    if (!isList(keys) || !isList(values)) return undefined;
    const out = newFields();
    for (const [index, name] of keys.entries()) out[textOf(name) ?? ''] = values[index] ?? null;
    return out;
  },
  setunion: (given) => (given.every((one) => isList(one)) ? distinct(given.flat()) : undefined),
  range: (given) => {
    const numbers = given.filter((one) => typeof one === 'number');
    const [from, to, step] =
      numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1];
    if (numbers.length !== given.length || step <= 0 || (to - from) / step > mostItems) return undefined;
    return Array.from(
      { length: Math.max(0, Math.ceil((to - from) / step)) },
      (_, index) => from + index * step,
    );
  },
  nonsensitive: ([first]) => first,
  sensitive: ([first]) => first,
};
