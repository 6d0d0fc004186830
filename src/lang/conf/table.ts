import type { Directive, DirectiveKind, DirectiveTable } from './directive.ts';
import {
  accumulating,
  aliases,
  corrections,
  defaultOf,
  fileNames,
  secrets,
  specials,
  unlisted,
  unmeasured,
} from './facts.ts';
import { measured, type Measured } from './tables/measured.ts';
import { compareVersionTexts, knownVersion } from '../version/index.ts';
import { redisLevel, type ConfProduct } from './traits.ts';

type Rows = readonly (readonly [since: string, what: string | null])[];

/** What holds in `version`: undefined where it was never there, null where it is gone. */
const at = (rows: Rows | undefined, version: string): string | null | undefined =>
  rows?.findLast(([since]) => compareVersionTexts(since, version) <= 0)?.[1];

const tables = new Map<string, DirectiveTable>();

/** The measured version that is most like `version`: of its minor version, else the next one of its major, else older. */
/** The newest version of a product whose directives were measured: what a file is read as when nothing dates it. */
export function newestMeasured(product: ConfProduct): string {
  return measured[product].versions.at(-1) ?? '0';
}

function nearest(versions: readonly string[], version: string): string {
  const { major, minor } = knownVersion(version);
  const ofMajor = versions.filter((one) => knownVersion(one).major === major);
  const older = (one: string): boolean => compareVersionTexts(one, version) <= 0;
  const sameMinor = ofMajor.filter((one) => knownVersion(one).minor === minor);
  return (
    sameMinor.findLast(older) ??
    sameMinor[0] ??
    ofMajor.find((one) => !older(one)) ??
    versions.findLast(older) ??
    versions[0] ??
    version
  );
}

/**
 * The directives of a server: names, defaults, kinds, what may be changed while it runs. Measured on real servers
 * (Redis 2.4 to 8.6, Valkey 7.2 to 9.1, KeyDB 6.3); for any other version the nearest measured one answers, and
 * `exact` is false.
 *
 * @example directiveTable('redis', '7.0.15').get('port')?.mutable // true
 */
export function directiveTable(product: ConfProduct, version: string): DirectiveTable {
  const known = nearest(measured[product].versions, version);
  const exact = compareVersionTexts(known, version) === 0;
  const key = `${product} ${known} ${exact}`;
  const found = tables.get(key);
  if (found) return found;
  const table = Object.assign(build(product, known), { product, version: known, exact });
  tables.set(key, table);
  return table;
}

/** The commands of a version in lower case, subcommands as `config|get`. */
export function commandNames(product: ConfProduct, version: string): ReadonlySet<string> {
  const { commands, versions } = measured[product];
  const known = nearest(versions, version);
  const key = `${product} ${known}`;
  const found =
    names.get(key) ??
    new Set(Object.keys(commands).filter((name) => typeof at(commands[name], known) === 'string'));
  names.set(key, found);
  return found;
}
const names = new Map<string, ReadonlySet<string>>();

function build(product: ConfProduct, version: string): Map<string, Directive> {
  const history = measured[product];
  const level = redisLevel(product, version);
  const atLeast = (from: string): boolean => compareVersionTexts(level, from) >= 0;
  const table = new Map<string, Directive>();
  for (const [name, rows] of Object.entries(history.defaults)) {
    const value = at(rows, version);
    if (typeof value !== 'string') continue;
    table.set(name, {
      ...shape(name, factOf(history, product, name, version)),
      default: defaultOf(name, product, atLeast) ?? value,
      since: rows[0]?.[0] ?? version,
      removed: rows.find(([, what]) => what === null)?.[0],
    });
  }
  for (const [name, rows] of Object.entries(history.facts)) {
    const fact = at(rows, version);
    if (table.has(name) || typeof fact !== 'string' || !fact.startsWith('ignored')) continue;
    table.set(name, {
      ...shape(name, fact),
      default: undefined,
      since: rows[0]?.[0] ?? version,
      removed: undefined,
    });
  }
  for (const one of unlisted) {
    if (table.has(one.name) || (one.product ?? product) !== product) continue;
    const scale = one.product ? version : level;
    if (
      compareVersionTexts(scale, one.since) < 0 ||
      (one.until && compareVersionTexts(scale, one.until) >= 0)
    )
      continue;
    const { name, fact, value, since } = one;
    table.set(name, { ...shape(name, fact), default: value, since, removed: undefined });
  }
  for (const pair of aliases) {
    const [first, second] = pair.map((name) => table.get(name));
    if (!first || !second) continue;
    table.set(first.name, { ...first, aliases: [second.name] });
    table.set(second.name, { ...second, aliases: [first.name] });
  }
  return table;
}

/** The newest measured fact up to `version`; else the oldest; else what Redis says; else what is known by hand. */
function factOf(history: Measured, product: ConfProduct, name: string, version: string): string {
  const corrected = corrections[name];
  if (corrected !== undefined) return corrected;
  const rows = history.facts[name]?.filter(([, what]) => what !== null);
  const here = (rows && at(rows, version)) ?? rows?.[0]?.[1];
  if (typeof here === 'string') return here;
  if (product !== 'redis') {
    const redis = measured.redis.facts[name]?.find(([, what]) => what !== null)?.[1];
    if (typeof redis === 'string') return redis;
  }
  return unmeasured[name] ?? 'string';
}

type Shape = Omit<Directive, 'default' | 'since' | 'removed'>;

/** Reads a fact: `integer 0..65535, fixed`. */
function shape(name: string, fact: string): Shape {
  const [kind = '', ...marks] = fact.split(', ');
  return {
    name,
    aliases: [],
    type: typeOf(name, kind),
    mutable: !marks.includes('fixed'),
    protected: marks.includes('protected'),
    hidden: marks.includes('hidden'),
    multi: accumulating.has(name),
    secret: secrets.has(name),
  };
}

function typeOf(name: string, fact: string): DirectiveKind {
  const [kind = '', detail = ''] = fact.split(' ', 2);
  if (kind === 'statement' || kind === 'ignored') return { kind };
  const special = specials[name] ?? fileNames[name];
  if (special?.startsWith('list ')) return { kind: 'list', most: Number(special.slice(5)) };
  if (special !== undefined) return { kind: 'special', special };
  const [min = '0', max = '0'] = detail.split('..');
  switch (kind) {
    case 'boolean':
      return { kind };
    case 'enum':
    case 'flags':
      return { kind: 'enum', values: detail.split('|'), combines: kind === 'flags' };
    case 'integer':
    case 'memory':
      return { kind, min: BigInt(min), max: BigInt(max) };
    case 'signed':
      return { kind: 'memory', min: BigInt(min), max: BigInt(max), signed: true };
    case 'octal':
      return { kind, min: BigInt(`0o${min}`), max: BigInt(`0o${max}`) };
    case 'percent':
      return { kind: 'memory', min: 0n, max: 2n ** 63n - 1n, percent: BigInt(detail) };
    case 'list':
      return { kind, most: Number(detail) };
    case 'special':
      return { kind, special: 'unknown' };
    default:
      return { kind: 'string', nonempty: detail === 'nonempty' };
  }
}
