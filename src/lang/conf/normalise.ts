import { splitArgs } from '../quote/index.ts';
import type { Directive } from './directive.ts';
import { directiveTable } from './table.ts';
import { decodeText, encodeText, lowerAscii } from '../c-text/index.ts';
import { readValue } from './values.ts';
import { traitsOf, type ConfProduct } from './traits.ts';

export interface NormaliseOptions {
  /** Of which server the value is; the newest known Redis, Valkey or KeyDB that has the directive otherwise. */
  readonly product?: ConfProduct;
  readonly version?: string;
  /** Makes `dir` absolute. */
  readonly workingFolder?: string;
}

/** Newest first; a directive is looked up in each until one has it. */
const newest: readonly (readonly [ConfProduct, string])[] = [
  ['redis', '999'],
  ['valkey', '999'],
  ['keydb', '999'],
];

/**
 * One spelling for every way to write a value, so that a file and a running server can be compared: `1gb` and
 * `1073741824`, `YES` and `yes`, the addresses of `bind` in any order. What the server would refuse, or a
 * directive that nobody knows, is returned as it is, without blanks around it.
 *
 * @example normalise('maxmemory', '1gb') // '1073741824'
 */
export function normalise(
  directive: string | Directive,
  value: string,
  options: NormaliseOptions = {},
): string {
  const name = lowerAscii(typeof directive === 'string' ? directive : directive.name);
  const { product, version } = options;
  const tried = product ? ([[product, version ?? '999']] as const) : newest;
  const found = tried.find(([one, at]) => directiveTable(one, at).has(name));
  const known = typeof directive === 'string' ? found && directiveTable(...found).get(name) : directive;
  const plain = value.trim();
  if (!known) return plain;
  const [server, at] = found ?? newest[0] ?? ['redis', '999'];
  const reading = readValue(known, argumentsOf(known, value), {
    product: server,
    version: at,
    // Old servers take nearly anything; a comparison wants the strict reading.
    traits: traitsOf(server, '999'),
    current: known.default ?? '',
    // A title that is empty when the server starts is still a title.
    setting: () => 'yes',
    first: true,
    folder: () => true,
    workingFolder: options.workingFolder,
    defragments: true,
  });
  return reading.refused === undefined ? inOrder(name, reading.value) : plain;
}

/** The value split as a line would be; whole where it takes one argument, which may hold blanks. */
function argumentsOf({ type }: Directive, value: string): readonly string[] {
  const words = splitArgs(encodeText(value));
  const args = words.problem === undefined ? words.value.map(decodeText) : [value.trim()];
  const list =
    type.kind === 'list' ||
    (type.kind === 'enum' && type.combines) ||
    (type.kind === 'special' && listed.has(type.special));
  if (list) return args.length === 0 ? [''] : args;
  if (type.kind === 'string' || type.kind === 'special') return [value];
  return args.length === 1 ? args : [value.trim()];
}

const listed: ReadonlySet<string> = new Set(['save', 'limits', 'oom', 'primary', 'percentiles']);

/** Lists whose order is of no matter, sorted. */
function inOrder(name: string, value: string): string {
  if (name === 'bind' || name === 'rdma-bind') return [...new Set(value.split(' '))].toSorted().join(' ');
  if (name !== 'save') return value;
  const words = value.split(' ');
  const pairs: string[] = [];
  for (let i = 0; i + 1 < words.length; i += 2) pairs.push(`${words[i]} ${words[i + 1]}`);
  return [...new Set(pairs)].toSorted((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10)).join(' ');
}
