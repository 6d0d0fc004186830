/**
 * Which arguments of a command line are keys, and whether it reads or writes them: as the server finds them
 * for ACL. From 7.0 on by key specifications, with the commands' own key finders where these vary, are
 * incomplete or fail; before by the first, last and step of COMMAND, with the key finders coming first.
 */
import { strictInteger } from '../c-text/index.ts';
import { sameWord } from './byte-string.ts';
import { indexOf, type AclCommand, type CommandTable } from './command-table.ts';
import { dialectOf, type Dialect } from './dialect.ts';
import { keyFunction, type FoundKey } from './key-functions.ts';
import { readsKey, writesKey, type KeySpec } from './key-spec.ts';

/** The keys of a command line. `complete: false`: there may be more, only the server (a module) knows. */
export interface CommandKeys {
  readonly keys: readonly FoundKey[];
  readonly complete: boolean;
}

const isKey = ({ flags }: KeySpec): boolean => !flags.includes('not_key');
const none: CommandKeys = { keys: [], complete: true };

/** Whether a command may name keys at all. */
export function hasKeys(command: AclCommand, modern: boolean): boolean {
  if (
    keyFunction(command.name.toLowerCase(), command.flags) &&
    (modern || command.flags.includes('movablekeys'))
  )
    return true;
  return modern ? command.keySpecs.some(isKey) : command.firstKey > 0;
}

/** The dialect of a table's server; where none is known, by the shape of its entries. */
export function tableDialect(table: CommandTable): Dialect {
  const { modern } = indexOf(table);
  return dialectOf(table.server ?? { product: 'redis', version: modern ? '7.4.0' : '6.2.0' });
}

/**
 * The keys that a command line names.
 *
 * @param args The arguments, without the name; for a subcommand beginning with its own name.
 * @returns Places in the whole command line: the first argument is 1.
 * @example keysOf(table, set, ['k', 'v']) // { keys: [{ index: 1, read: false, write: true }], complete: true }
 */
export function keysOf(table: CommandTable, command: AclCommand, args: readonly string[]): CommandKeys {
  return keysWith(command, [command.name, ...args], tableDialect(table), indexOf(table).modern);
}

export function keysWith(
  command: AclCommand,
  argv: readonly string[],
  dialect: Dialect,
  modern: boolean,
): CommandKeys {
  const own = keyFunction(command.name.toLowerCase(), command.flags);
  if (!modern) {
    if (own && command.flags.includes('movablekeys'))
      return { keys: own(argv, dialect, false), complete: true };
    return byRange(command, argv);
  }
  const specs = command.keySpecs.filter(isKey);
  // A module that finds keys by itself: what its specification says is a guess.
  const opaque = command.flags.includes('module') && command.flags.includes('movablekeys');
  if (specs.length > 0 && !command.keySpecs.some(({ flags }) => flags.includes('variable_flags'))) {
    const keys = bySpecs(specs, argv, dialect);
    if (keys) return { keys, complete: !opaque };
  }
  const leads = specs.some(({ flags }) => flags.includes('incomplete') || flags.includes('variable_flags'));
  return own ? { keys: own(argv, dialect, leads), complete: true } : { keys: [], complete: !opaque };
}

function byRange({ firstKey, lastKey, keyStep }: AclCommand, argv: readonly string[]): CommandKeys {
  if (firstKey <= 0) return none;
  const last = lastKey < 0 ? argv.length + lastKey : lastKey;
  const keys: FoundKey[] = [];
  for (let index = firstKey; index <= last; index += Math.max(1, keyStep)) {
    // Too few arguments: the server takes none of them for a key, and the command fails on its own.
    if (index >= argv.length) return none;
    keys.push({ index, read: false, write: false });
  }
  return { keys, complete: true };
}

/** Undefined where a specification fails or is incomplete: then the command's own finder is asked. */
function bySpecs(
  specs: readonly KeySpec[],
  argv: readonly string[],
  dialect: Dialect,
): FoundKey[] | undefined {
  const keys: FoundKey[] = [];
  for (const spec of specs) {
    const start = beginOf(spec, argv);
    if (start === undefined) return undefined;
    // The word is not there: these keys are optional.
    if (start === 0) continue;
    const range = rangeOf(spec, start, argv, dialect);
    if (range === undefined) return undefined;
    const [first, last, step] = range;
    if (last >= argv.length || last < first || first >= argv.length) return undefined;
    const access = { read: readsKey(spec.flags), write: writesKey(spec.flags) };
    for (let index = first; index <= last; index += step) keys.push({ index, ...access });
    if (spec.flags.includes('incomplete')) return undefined;
  }
  return keys;
}

function beginOf({ begin }: KeySpec, argv: readonly string[]): number | undefined {
  if (begin.type === 'unknown') return undefined;
  if (begin.type === 'index') return begin.index;
  const { keyword, startFrom } = begin;
  const forward = startFrom > 0;
  const end = forward ? argv.length - 1 : 1;
  let i = forward ? startFrom : argv.length + startFrom;
  const step = i <= end ? 1 : -1;
  for (; i !== end && i >= 1 && i < argv.length; i += step)
    if (sameWord(argv[i] ?? '', keyword)) return i + 1;
  return 0;
}

function rangeOf(
  { find }: KeySpec,
  start: number,
  argv: readonly string[],
  { keyCount }: Dialect,
): readonly [first: number, last: number, step: number] | undefined {
  if (find.type === 'unknown') return undefined;
  const { step } = find;
  if (find.type === 'range') {
    const { lastKey, limit } = find;
    if (lastKey >= 0) return [start, start + lastKey, step];
    if (limit <= 1) return [start, argv.length + lastKey, step];
    return [start, start + Math.trunc((argv.length - start) / limit) + lastKey, step];
  }
  const at = start + find.keyNumIndex;
  if (at < 0 || at >= argv.length) return undefined;
  const count = strictInteger(argv[at] ?? '');
  if (count === undefined || count < 0n) return undefined;
  const first = start + find.firstKey;
  if (keyCount === 'with step') return [first, Number(BigInt(first) + (count - 1n) * BigInt(step)), step];
  const keys = keyCount === '32 bits' ? Number(BigInt.asIntN(32, count)) : Number(count);
  return [first, first + keys - 1, step];
}
