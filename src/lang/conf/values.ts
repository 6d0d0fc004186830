/** How a server of some version reads one value, and how it prints it back in `CONFIG GET`. */
import type { Directive, DirectiveKind } from './directive.ts';
import { binaryStrings } from './facts.ts';
import { memory } from './memory.ts';
import { readSpecial } from './specials.ts';
import {
  atoi,
  cString,
  decodeText,
  encodeText,
  lowerAscii,
  strictInteger,
  strtoll,
} from '../c-text/index.ts';
import type { ValueContext, ValueReading } from './value-reading.ts';
import type { Traits } from './traits.ts';
import { splitArgs } from '../quote/index.ts';

const refused = (reason: string): ValueReading => ({ refused: reason });
const same = (value: string): ValueReading => ({ value });

/** What the arguments of one line make of a directive. */
export function readValue(
  directive: Directive,
  args: readonly string[],
  context: ValueContext,
): ValueReading {
  const { type } = directive;
  const many = type.kind === 'list' || (type.kind === 'special' && manyArguments.has(type.special));
  const list = many || (type.kind === 'enum' && type.combines);
  if (!list && args.length !== 1)
    return refused(
      ownCode.has(directive.name) && !context.traits.complete ? badDirective : wrongCount(context.traits),
    );
  const taken = list && context.traits.splitsLists ? splitOnce(args) : args;
  if (taken === undefined) return refused('Unbalanced quotes in configuration line');
  switch (type.kind) {
    case 'list':
      return readList(type.most, taken, context);
    case 'special':
      return readSpecial(type.special, directive.name, taken, context);
    case 'enum':
      return readEnum(type, taken, context);
    case 'statement':
    case 'ignored':
      return same('');
    case 'boolean':
    case 'integer':
    case 'octal':
    case 'memory':
    case 'string':
      return readOne(directive, type, args[0] ?? '', context);
  }
}

const manyArguments: ReadonlySet<string> = new Set(['save', 'limits', 'oom', 'primary', 'percentiles']);
export const badDirective = 'Bad directive or wrong number of arguments';
const wrongCount = (traits: Traits): string => (traits.checked ? 'wrong number of arguments' : badDirective);
/** In Redis 6 still read each by its own code. */
const ownCode: ReadonlySet<string> = new Set([
  'dir',
  'logfile',
  'requirepass',
  'unixsocketperm',
  'notify-keyspace-events',
  'cluster-config-file',
  'client-query-buffer-limit',
]);

/** One argument of a list is split again, so that `"a b"` is two. */
function splitOnce(args: readonly string[]): readonly string[] | undefined {
  const [only] = args;
  if (only === undefined || args.length !== 1 || only === '') return args;
  const split = splitArgs(encodeText(only));
  return split.problem === undefined ? split.value.map(decodeText) : undefined;
}

function readList(most: number, args: readonly string[], { traits }: ValueContext): ValueReading {
  if (args.length > most) return refused(`Too many bind addresses specified${traits.complete ? '.' : ''}`);
  if (!traits.complete && args.length === 0) return refused(badDirective);
  return same(args.length === 1 && args[0] === '' ? '' : args.map(cString).join(' '));
}

function readEnum(
  type: Extract<DirectiveKind, { kind: 'enum' }>,
  args: readonly string[],
  { traits }: ValueContext,
): ValueReading {
  const found = args.map((arg) =>
    type.values.findIndex((value) => lowerAscii(value) === lowerAscii(cString(arg))),
  );
  if (args.length === 0 || found.includes(-1)) {
    const one = traits.complete ? 'argument(s)' : 'argument';
    return refused(`${one} must be one of the following: ${type.values.join(', ')}`);
  }
  if (!type.combines) {
    const value = type.values[found[0] ?? 0] ?? '';
    // Two words for one thing: the first is printed.
    return same(value === 'relative' ? 'yes' : value);
  }
  return readFlags(type.values, new Set(found));
}

/** Values that are bits: printed in the table's order; the first one is "none of them". */
function readFlags(values: readonly string[], chosen: ReadonlySet<number>): ValueReading {
  const words = values.filter((_, i) => chosen.has(i));
  if (words.includes('save') && words.includes('nosave'))
    return refused("shutdown options SAVE and NOSAVE can't be used simultaneously");
  const real = words.filter((word) => word !== 'default' && word !== 'no');
  if (
    real.includes('yes') ||
    (values.includes('cpu') && ['cpu', 'net', 'mem'].every((bit) => real.includes(bit)))
  )
    return same('yes');
  return same(real.length === 0 ? (values[0] ?? '') : real.join(' '));
}

type Single = Extract<DirectiveKind, { kind: 'boolean' | 'integer' | 'octal' | 'memory' | 'string' }>;

function readOne(directive: Directive, type: Single, text: string, context: ValueContext): ValueReading {
  switch (type.kind) {
    case 'boolean':
      return readBoolean(directive.name, text, context);
    case 'string':
      if (type.nonempty && cString(text) === '') return refused(`${directive.name} can't be empty`);
      return same(binaryStrings.has(directive.name) ? text : cString(text));
    case 'integer':
    case 'octal':
    case 'memory':
      return readNumber(directive, type, text, context);
  }
}

function readBoolean(name: string, text: string, { defragments, product }: ValueContext): ValueReading {
  const word = lowerAscii(cString(text));
  if (word !== 'yes' && word !== 'no') return refused("argument must be 'yes' or 'no'");
  if (name === 'activedefrag' && word === 'yes' && !defragments) {
    const server = product === 'valkey' ? 'server' : 'Redis server';
    const source = product === 'valkey' ? 'source' : 'Redis source';
    return refused(
      `Active defragmentation cannot be enabled: it requires a ${server} compiled with a modified Jemalloc like the one shipped by default with the ${source} distribution`,
    );
  }
  return same(word);
}

function readNumber(
  { name }: Directive,
  type: Extract<Single, { kind: 'integer' | 'octal' | 'memory' }>,
  text: string,
  { traits }: ValueContext,
): ValueReading {
  if (!traits.checked || (!traits.complete && looseBeforeSeven.has(name))) return readLoose(name, type, text);
  const value = parseNumber(type, text, traits);
  if (typeof value === 'string') return same(value);
  if (value === undefined) return refused(wrongNumber(type, text));
  if (value > type.max || value < type.min) {
    const base = type.kind === 'octal' ? 8 : 10;
    return refused(
      `argument must be between ${type.min.toString(base)} and ${type.max.toString(base)} inclusive`,
    );
  }
  return same(value.toString(type.kind === 'octal' ? 8 : 10));
}

type NumberKind = Extract<Single, { kind: 'integer' | 'octal' | 'memory' }>;

/** The number; the text itself for a percentage; undefined for neither. */
function parseNumber(type: NumberKind, text: string, traits: Traits): bigint | string | undefined {
  if (type.kind === 'integer') return strictInteger(text);
  if (type.kind === 'octal') {
    const { value, rest, overflow } = strtoll(text, 8);
    return rest === '' && !overflow ? value : undefined;
  }
  const bytes = memory(text, { signed: !traits.complete, strict: traits.refusesOverflow });
  if (type.signed) return bytes === undefined ? strictInteger(text) : BigInt.asIntN(64, bytes);
  if (bytes !== undefined && bytes >= 0n) {
    // Kept as a signed number, in which a percentage is negative.
    const signed = BigInt.asIntN(64, bytes);
    if (type.percent !== undefined && signed < 0n) return `${-signed}%`;
    return type.max === 2n ** 64n - 1n ? BigInt.asUintN(64, bytes) : bytes;
  }
  if (type.percent !== undefined && text.length > 1 && text.endsWith('%')) {
    const share = strictInteger(text.slice(0, -1));
    if (share !== undefined && share >= 0n)
      return share > type.percent ? undefined : share === 0n ? 0n : `${share}%`;
  }
  return undefined;
}

function wrongNumber(type: NumberKind, text: string): string {
  if (type.kind === 'octal') return "argument couldn't be parsed as an octal number";
  if (type.kind === 'integer') return "argument couldn't be parsed into an integer";
  if (type.percent === undefined) return 'argument must be a memory value';
  const share = text.endsWith('%') ? strictInteger(text.slice(0, -1)) : undefined;
  return share !== undefined && share > type.percent
    ? `percentage argument must be less or equal to ${type.percent}`
    : 'argument must be a memory or percent value';
}

/** Before Redis 6.0: digits are read as far as they go, what follows is forgotten, only some bounds are checked. */
function readLoose(name: string, type: NumberKind, text: string): ValueReading {
  if (type.kind === 'octal') {
    const { value } = strtoll(text, 8);
    return value > 0o777n || value < 0n
      ? refused('Invalid socket file permissions')
      : same(value.toString(8));
  }
  if (type.kind === 'memory' || counted.has(name)) {
    const value = memory(text, { signed: true }) ?? 0n;
    if (positive.has(name) && value <= 0n) return refused(`${name} must be 1 or greater.`);
    return same((name === 'repl-backlog-size' && value < 16384n ? 16384n : value).toString());
  }
  const value = wide.has(name) ? strtoll(text).value : BigInt(atoi(text));
  if (name === 'hz') return same((value < 1n ? 1n : value > 500n ? 500n : value).toString());
  const least = name === 'cluster-node-timeout' ? 1n : type.min;
  // Kept without a sign: only zero is too small.
  if (name === 'active-defrag-max-scan-fields' && value === 0n) return refused(`${name} must be positive`);
  if (!unbounded.has(name) && (value < least || value > type.max)) return refused(`Invalid ${name} value`);
  return same(value.toString());
}

const looseBeforeSeven: ReadonlySet<string> = new Set(['unixsocketperm', 'client-query-buffer-limit']);
/** Read with units, though they count entries. */
const counted: ReadonlySet<string> = new Set([
  'hash-max-ziplist-entries',
  'hash-max-zipmap-entries',
  'set-max-intset-entries',
  'zset-max-ziplist-entries',
]);
const positive: ReadonlySet<string> = new Set(['repl-backlog-size', 'active-defrag-ignore-bytes']);
/** Of 64 bits; all others of 32. */
const wide: ReadonlySet<string> = new Set([
  'lua-time-limit',
  'slowlog-log-slower-than',
  'slowlog-max-len',
  'latency-monitor-threshold',
  'cluster-node-timeout',
  'active-defrag-max-scan-fields',
]);
const unbounded: ReadonlySet<string> = new Set([
  'slave-priority',
  'replica-priority',
  'list-max-ziplist-size',
  'list-compress-depth',
  'lua-time-limit',
  'slowlog-log-slower-than',
  'slowlog-max-len',
  'stream-node-max-entries',
  'active-defrag-max-scan-fields',
]);
