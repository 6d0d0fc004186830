/** Products and versions, and in what the servers read a configuration differently. */

export type Product = 'redis' | 'valkey' | 'keydb';

/** `major.minor.patch` as numbers; a pre-release counts as before its patch 0. */
type Numbers = readonly [number, number, number];

const read = new Map<string, Numbers>();
const mostRead = 1024;

/** Read once: a table of directives is built by thousands of comparisons of a few versions. */
function numbers(version: string): Numbers {
  const found = read.get(version);
  if (found) return found;
  if (read.size >= mostRead) read.clear();
  const made = numbersIn(version);
  read.set(version, made);
  return made;
}

function numbersIn(version: string): Numbers {
  const [core = '', release] = version.split(/[-~+]/, 2);
  const [major, minor, patch] = core.split('.', 3).map((part) => Number.parseInt(part, 10) || 0);
  const before = release !== undefined && /^(m|rc|alpha|beta)/i.test(release);
  return [major ?? 0, minor ?? 0, patch ?? (before ? -1 : 0)];
}

/** Negative where `a` is the older one. `8.0-m01` is older than `8.0.0`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

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

export function traitsOf(product: Product, version: string): Traits {
  // KeyDB 6.x was forked from Redis 6.0 and follows 6.2; Valkey from 7.2.
  const level = product === 'keydb' ? '6.2.0' : product === 'valkey' ? '7.2.4' : version;
  const redis = (from: string): boolean => compareVersions(level, from) >= 0;
  const valkey = (from: string): boolean => product === 'valkey' && compareVersions(version, from) >= 0;
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
