/** In what the servers read a configuration differently. */
import { compareVersionTexts, type Product } from '../version/index.ts';

/** The products whose redis.conf was measured. */
export type ConfProduct = Extract<Product, 'redis' | 'valkey' | 'keydb'>;

/** The Redis version that a server follows: KeyDB 6.x was forked from Redis 6.0 and follows 6.2; Valkey from 7.2. */
export const redisLevel = (product: ConfProduct, version: string): string =>
  product === 'keydb' ? '6.2.0' : product === 'valkey' ? '7.2.4' : version;

export interface Traits {
  /** Values are checked by one table (Redis 6.0); before, each by its own code, which let much pass. */
  readonly checked: boolean;
  /** All directives are in that table, the special ones too (Redis 7.0). */
  readonly complete: boolean;
  /** `include` takes a pattern. */
  readonly globs: boolean;
  /** Unknown directives are kept for modules, and refused only when the modules are loaded (Redis 8.0). */
  readonly keepsUnknown: boolean;
  /** `name.option value` is kept for modules. */
  readonly moduleSettings: boolean;
  /** ... and may have several values. */
  readonly moduleLists: boolean;
  /** A single quoted value of a list directive is split once more. */
  readonly splitsLists: boolean;
  readonly joinsQuotes: boolean;
  /** The default snapshots are forgotten as soon as there is a file. */
  readonly forgetsSaves: boolean;
  /** `sentinel` lines are read after all others, `monitor` before what needs it. */
  readonly sentinelLater: boolean;
  readonly users: boolean;
  readonly duplicateUsers: boolean;
  /** In cluster mode the number of databases is forced to 1. */
  readonly clusterOneDatabase: boolean;
  /** A number of bytes that does not fit is refused; elsewhere it becomes the largest. */
  readonly refusesOverflow: boolean;
}

export function traitsOf(product: ConfProduct, version: string): Traits {
  const level = redisLevel(product, version);
  const redis = (from: string): boolean => compareVersionTexts(level, from) >= 0;
  const valkey = (from: string): boolean => product === 'valkey' && compareVersionTexts(version, from) >= 0;
  return {
    checked: redis('6.0.0'),
    complete: redis('7.0.0'),
    globs: redis('7.0.0'),
    keepsUnknown: product === 'redis' && redis('8.0.0'),
    moduleSettings: redis('7.0.0'),
    moduleLists: redis('7.0.0'),
    splitsLists: redis('7.0.0'),
    joinsQuotes: valkey('9.1.0'),
    forgetsSaves: !redis('7.0.0'),
    sentinelLater: redis('6.2.0'),
    users: redis('6.0.0'),
    duplicateUsers: redis('6.2.0'),
    refusesOverflow: valkey('9.1.0'),
    clusterOneDatabase: redis('7.2.0') && !valkey('9.0.0'),
  };
}
