/** What a hand, a disk or an enemy may do to a value that was JSON. */
import fc from 'fast-check';

export const attack = [
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  '\0\r\nforged',
  '\u202egnp.exe\u2066\u200b',
  '\ud800',
  '<script>alert(1)</script>',
].join(' ');

const texts = [
  '',
  ' ',
  attack,
  '__proto__',
  'constructor',
  'toString',
  'default',
  '*',
  '0.0.0.0',
  '::',
  '::ffff:1.2.3.4%eth0',
  '/',
  '-1',
  '1e999',
  '99999999999999999999999999.9.9',
  '(((',
  '%R~',
  '+@all',
  '+config|',
  '%s %d',
  'a'.repeat(5000),
];
const numbers = [0, -1, 1, 0.5, 65_536, 2 ** 31, -(2 ** 53), Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324];

const text = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary', maxLength: 12 }));
const number = fc.oneof({ weight: 4, arbitrary: fc.nat(65_535) }, fc.constantFrom(...numbers), fc.integer());

/** Another value of the same type. */
function alike(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value === 'string')
    return fc.oneof(text, fc.constant(`${value}${attack}`), fc.constant(value.toUpperCase()));
  if (typeof value === 'number') return number;
  if (typeof value === 'boolean') return fc.constant(!value);
  if (Array.isArray(value))
    return fc.constantFrom<unknown[]>([], [...value, ...value], value.slice(1), value.toReversed());
  const entries = Object.entries(value ?? {});
  return fc.oneof(
    fc.constant({}),
    fc.constant(Object.fromEntries(entries.slice(1))),
    text.map((name) => Object.fromEntries([...entries, [name, entries[0]?.[1] ?? '']])),
  );
}

const other = fc.oneof(
  fc.constantFrom<unknown>(null, true, [], {}, [[]], { known: true }, { secret: true }),
  text,
  number,
);

export type Path = readonly string[];

/** Every path into `value`. */
export function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) yield* pathsOf(part, [...path, name]);
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((holder, name) => (holder as Record<string, unknown> | undefined)?.[name], value);

export interface Mutation {
  readonly path: Path;
  readonly to: unknown;
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// What is one of a few words, or has a form: most other values are refused.
const closed = new Set(
  (
    'known schema kind type door strength secret role mode family purpose manager trusted validFrom validTo ' +
    'container exact step'
  ).split(' '),
);

/**
 * A few changes below the places `roots` of `base`, each of which is as likely to be hit as another. Most keep the
 * type of what they change, so that they come further.
 */
export const mutationsOf = (base: unknown, roots: readonly Path[]): fc.Arbitrary<readonly Mutation[]> => {
  const places = roots.map((root) => {
    const paths = [root, ...[...pathsOf(at(base, root))].map((path) => [...root, ...path])];
    const open = paths.filter((path) => !isPlain(at(base, path)) && !closed.has(path.at(-1) ?? ''));
    return { paths, open: open.length > 0 ? open : paths };
  });
  const like = (paths: readonly Path[]): fc.Arbitrary<readonly [Path, unknown]> =>
    fc.constantFrom(...paths).chain((path) => fc.tuple(fc.constant(path), alike(at(base, path))));
  const one = fc
    .constantFrom(...places)
    .chain(({ paths, open }) =>
      fc
        .oneof(
          { weight: 30, arbitrary: like(open) },
          { weight: 2, arbitrary: like(paths) },
          { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...paths), other) },
        )
        .map(([path, to]) => ({ path, to })),
    );
  return fc.array(one, { minLength: 1, maxLength: 5 });
};

/** A copy of `base` with the changes; one whose place an earlier one took away is left out. */
export function mutated<T>(base: T, mutations: readonly Mutation[]): T {
  const copy = structuredClone(base);
  for (const { path, to } of mutations) {
    const holder = at(copy, path.slice(0, -1));
    if (typeof holder === 'object' && holder !== null)
      Object.defineProperty(holder, path.at(-1) ?? '', {
        value: to,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return copy;
}
