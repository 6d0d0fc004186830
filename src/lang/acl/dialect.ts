import { knownVersion } from '../version/index.ts';

/**
 * What differs between the servers' ACL languages, as a table of facts by product and version. Read in the
 * sources of Redis 6.0 to 8.6, Valkey 7.2 to 9.1 and KeyDB 6.3, and tried on the running servers.
 */
export interface Dialect {
  /** 6.0: there are users at all. */
  readonly acl: boolean;
  /** 6.2: `&channel`; `sanitize-payload`. */
  readonly channels: boolean;
  /** 7.0: `( )`, `%R~`, subcommands with a bit of their own, `-cmd|sub`, one line per user. */
  readonly selectors: boolean;
  /** 7.2: ACL LIST shows the command rules as written; before, it works them out from what is allowed. */
  readonly keepsRules: boolean;
  /** Valkey 9.1: `db=`, `alldbs`, `resetdbs`. */
  readonly databases: boolean;
  /** `+cmd|arg` where cmd is allowed already: 6.0 refuses it, 6.2 ignores it, 7.0 takes it. */
  readonly firstArgOfAllowed: 'refused' | 'ignored' | 'added';
  /** `sanitize-payload` and `skip-sanitize-payload`: unknown in 6.0, accepted without effect from Valkey 9.1.2 on. */
  readonly sanitize: 'unknown' | 'kept' | 'ignored';
  /** A new user is flagged sanitize-payload, and ACL LIST shows it. */
  readonly newUserSanitizes: boolean;
  /** The channels of a new user, unless acl-pubsub-default says otherwise. */
  readonly allChannelsByDefault: boolean;
  /** Redis 8.8: a line that starts with # in an ACL file is skipped. */
  readonly fileComments: boolean;
  /** Before 7.2 a category never includes a module's command. */
  readonly categoriesSkipModules: boolean;
  /** 7.0 lets a second `(` begin anew where one is open. */
  readonly reopensParenthesis: boolean;
  /** How the text of a denial is worded. */
  readonly wording: 'this user' | 'named user';
  /** Arithmetic of keys after a count: as C int, as long, or with the step counted in. */
  readonly keyCount: '32 bits' | '64 bits' | 'with step';
  /** 8.2: SORT ... STORE dst does not read dst as an option again. */
  readonly sortPassesOverDestination: boolean;
  /** GEORADIUS's own key finder says what it does with the keys. */
  readonly georadiusTellsAccess: boolean;
  /** Options of XREAD that take one argument. */
  readonly streamOptions: readonly string[];
  /** 8.2: XREAD's own key finder says that it reads. */
  readonly streamsTellAccess: boolean;
}

export interface Server {
  readonly product: string;
  readonly version: string;
}

/**
 * The ACL language of a server. A product we do not know is read as the Redis of that version.
 *
 * @example dialectOf({ product: 'valkey', version: '9.1.0' }).databases // true
 */
export function dialectOf({ product, version }: Server): Dialect {
  const name = product.toLowerCase();
  const valkey = name === 'valkey';
  const keydb = name === 'keydb';
  const { major, minor, patch } = knownVersion(version);
  const from = (x: number, y: number): boolean => !keydb && (major > x || (major === x && minor >= y));
  const acl = keydb ? major >= 6 : from(6, 0);
  const channels = keydb || from(6, 2);
  const selectors = from(7, 0);
  const keepsRules = from(7, 2);
  // Valkey took the payload flags away in a patch release: 9.1.1 still shows them.
  const payloadFlagsGone = valkey && (from(9, 2) || (from(9, 1) && patch >= 2));
  return {
    acl,
    channels,
    selectors,
    keepsRules,
    databases: valkey && from(9, 1),
    firstArgOfAllowed: selectors ? 'added' : channels ? 'ignored' : 'refused',
    sanitize: !channels ? 'unknown' : payloadFlagsGone ? 'ignored' : 'kept',
    newUserSanitizes: keepsRules && !payloadFlagsGone,
    allChannelsByDefault: !selectors,
    fileComments: !valkey && from(8, 8),
    categoriesSkipModules: !keepsRules,
    reopensParenthesis: selectors && !keepsRules,
    wording: keepsRules ? 'named user' : 'this user',
    keyCount: valkey
      ? from(9, 1)
        ? 'with step'
        : '32 bits'
      : from(8, 4)
        ? 'with step'
        : keepsRules
          ? '64 bits'
          : '32 bits',
    sortPassesOverDestination: !valkey && from(8, 2),
    georadiusTellsAccess: valkey ? from(8, 0) : from(8, 2),
    streamOptions: !valkey && from(8, 4) ? ['block', 'count', 'claim'] : ['block', 'count'],
    streamsTellAccess: !valkey && from(8, 2),
  };
}
