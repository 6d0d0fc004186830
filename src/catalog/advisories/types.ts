import type { Product } from '../../lang/version/index.ts';
import type { Severity } from '../../model/severity.ts';

export type { Severity } from '../../model/severity.ts';

/** What the attacker gains. */
export type Effect = 'code-execution' | 'crash' | 'exhaustion' | 'data-leak' | 'bypass';

/**
 * How far an entry can be trusted. A: the vendor's release notes, release pull request or the source itself were read.
 * B: one CVE record or feed only, or the vendor's text leaves a branch out. C: hearsay, or disputed by the vendor.
 */
export type Confidence = 'A' | 'B' | 'C';

/** Everything that must be true besides the version. `module:bf` uses the name that MODULE LIST gives. */
export type Prerequisite =
  | 'unauth' // any peer that reaches the port
  | 'auth' // any client that is logged in, so anybody where there is no password
  | 'lua' // may bring a script or a function of its own
  | 'restore' // may feed a serialized value, by RESTORE or as a primary
  | 'admin' // needs an administrator's right, or a setting that is not the default
  | 'acl' // only where users are kept apart by ACL
  | 'bus' // reaches the cluster bus
  | 'replica' // speaks as a replica, or the server follows the attacker
  | 'sentinel' // only Sentinel
  | 'tls' // only with TLS
  | 'local' // an account on the same host
  | 'client-tool' // in redis-cli, redis-check-aof and the like, not in the server
  | 'ssrf' // by way of a victim's browser or another server
  | 'module' // some loaded module
  | `module:${string}`
  | 'build:32bit'
  | 'build:debian'
  | 'build:allocator'
  | 'build:windows';

/**
 * What the attacker must be able to do on this server. The engine compares it with real permissions.
 *
 * `commands` is a list of alternatives that are all needed: `[['replicaof', 'slaveof'], ['fcall']]` means (REPLICAOF or
 * SLAVEOF) and FCALL. Names are lower case, subcommands as ACL writes them: `script|load`. An empty list from `session`
 * means that any command will do.
 *
 * `directives` names settings whose default is safe: it is reachable when one of them was changed, or when the
 * attacker may change it with `config|set`.
 */
export interface Reach {
  readonly from: 'network' | 'session' | 'bus' | 'replication' | 'local' | 'client';
  readonly commands: readonly (readonly string[])[];
  readonly directives?: readonly string[];
}

/**
 * One branch of one product. `introduced` is the first affected release, absent where the branch was affected from its
 * start. `fixed` is the first release that is safe; `never` when the branch got none and will get none; `none` when the
 * branch never had the fault; `unstated` when no source says.
 */
export interface BranchRange {
  readonly branch: string;
  readonly introduced?: string;
  readonly fixed: string;
}

export interface Ranges {
  /** First release with the fault; absent when it was always there. */
  readonly since?: string;
  readonly branches: readonly BranchRange[];
  /** Set when `fixed` is only the first release that is known to be safe: what lies below is then unknown. */
  readonly belowUnknown?: boolean;
  readonly note?: string;
}

export type ProductRanges = Ranges | { readonly notAffected: string };

/** A fix that is only a switch: the release has it, and it is off until this is set. */
export interface NeedsSetting {
  readonly directive: string;
  readonly value: string;
  /** Another directive and value that do as well. */
  readonly or?: { readonly directive: string; readonly value: string };
}

export interface Advisory {
  /** The CVE, or an id of ours that stays: `REDIS-SEC-<year>-<month>-<word>` for a vendor's fix without a CVE. */
  readonly id: string;
  readonly title: string;
  /** What it allows. */
  readonly summary: string;
  readonly severity: Severity;
  /** Why we say so; it may differ from the score in the CVE record. */
  readonly severityReason: string;
  readonly effects: readonly Effect[];
  readonly prerequisites: readonly Prerequisite[];
  readonly reach: Reach;
  readonly products: { readonly [P in Product]?: ProductRanges };
  readonly confidence: Confidence;
  readonly source: string;
  /** Same fault under another id, in another product. */
  readonly related?: readonly string[];
  readonly knownExploited?: string;
  /** The vendor does not accept it as a fault. */
  readonly disputed?: true;
  readonly needsSetting?: NeedsSetting;
  /** The fault lies in Lua or one of its libraries, which Debian and Ubuntu package apart from the server. */
  readonly inLua?: true;
}
