import type { Fact, Greeting, Identity, Mode, Product, Role } from '../model/index.ts';
import { known, unknown, valueOr } from '../model/index.ts';
import { bracket, type Bracket } from './version-bracket.ts';
import { doubtsAbout } from './version-doubts.ts';

type Info = Readonly<Record<string, string>>;

const modeOf = (text: string | undefined): Mode | undefined =>
  text === 'standalone' || text === 'sentinel' || text === 'cluster' ? text : undefined;

const roleOf = (info: Info, mode: Mode | undefined): Role | undefined => {
  if (mode === 'sentinel') return 'sentinel';
  if (info.role === 'master') return 'master';
  return info.role === 'slave' || info.role === 'replica' ? 'replica' : undefined;
};

/** Each product's own mark in INFO, most telling first; `redis_version` is last, since all of them wear it. */
const marks: readonly {
  readonly product: Product;
  readonly field: string;
  readonly version: (info: Info) => string | undefined;
}[] = [
  { product: 'valkey', field: 'valkey_version', version: (info) => info.valkey_version },
  {
    product: 'dragonfly',
    field: 'dragonfly_version',
    version: (info) => info.dragonfly_version?.replace(/^(df-)?v?/, ''),
  },
  { product: 'kvrocks', field: 'kvrocks_version', version: (info) => info.kvrocks_version },
  { product: 'garnet', field: 'garnet_version', version: (info) => info.garnet_version },
  { product: 'keydb', field: 'mvcc_depth', version: (info) => info.redis_version },
  { product: 'redis', field: 'redis_version', version: (info) => info.redis_version },
];

/** `server_name` and the program's name tell forks apart that have lost their version field. */
function productByName(info: Info): Product | undefined {
  if (info.server_name === 'valkey') return 'valkey';
  if (info.server_name === 'garnet') return 'garnet';
  if (/(^|\/)keydb-server$/.test(info.executable ?? '')) return 'keydb';
  return undefined;
}

function fromInfo(info: Info, greeting: Greeting): Identity | undefined {
  const mark = marks.find(({ field }) => info[field] !== undefined);
  if (!mark) return undefined;
  const named = productByName(info);
  const product = mark.product === 'redis' && named ? named : mark.product;
  const version = mark.version(info);
  const mode =
    modeOf(info.server_mode ?? info.redis_mode) ??
    (info.cluster_enabled === '1' ? 'cluster' : info.cluster_enabled === '0' ? 'standalone' : undefined);
  const role = roleOf(info, mode);
  const seen = bracket(greeting, mode);
  return {
    product,
    ...(version ? { version } : {}),
    ...(mode ? { mode } : {}),
    ...(role ? { role } : {}),
    doubts: doubtsAbout(product, version, info, seen),
    because: [
      `INFO ${mark.field}${mark.product === product ? '' : `, ${info.executable ?? 'server_name'}`}`,
      ...seen.because,
    ],
  };
}

function fromErrors(seen: Bracket): Identity {
  const range = { ...(seen.from ? { from: seen.from } : {}), ...(seen.to ? { to: seen.to } : {}) };
  return {
    product: seen.product,
    ...(seen.version ? { version: seen.version } : {}),
    ...(seen.from || seen.to ? { range } : {}),
    ...(seen.mode ? { mode: seen.mode } : {}),
    doubts: [],
    because: seen.because,
  };
}

/**
 * Who is this, from whatever the server let us see: INFO when it answers, else the texts of its errors, which
 * bracket a version and never name one.
 */
export function identify(facts: {
  readonly greeting: Fact<Greeting>;
  readonly info: Fact<Info>;
  readonly confProduct?: Identity;
}): Fact<Identity> {
  const greeting = valueOr(facts.greeting, { replies: [] });
  const full = facts.info.known ? fromInfo(facts.info.value, greeting) : undefined;
  if (full) return known(full, 'INFO');
  const seen = bracket(greeting);
  if (seen.because.length > 0) return known(fromErrors(seen), 'answers before login');
  if (facts.confProduct) return known(facts.confProduct, 'configuration file');
  if (facts.info.known)
    return known(
      { product: 'not-redis', doubts: [], because: ['INFO names no product of the family'] },
      'INFO',
    );
  return unknown(facts.info.why, 'the server said nothing that tells who it is');
}
