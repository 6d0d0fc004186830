import type { Evidence } from './evidence.ts';
import type { Exposure } from './exposure.ts';
import type { Fact } from './fact.ts';
import type { CheckResult, Finding } from './finding.ts';
import type { Identity } from './identity.ts';
import type { Severity } from './severity.ts';

/** The health verdict. Signs of an intruder come before any other: `compromised` outranks every count of faults. */
export type Health = 'compromised' | 'exposed' | 'weak' | 'sound' | 'unknown';

/** All that is said of one server: what every report renders. */
export interface ServerAudit {
  /** The target as the user named it. */
  readonly name: string;
  readonly collectedAt: string;
  readonly identity: Fact<Identity>;
  readonly exposure: Fact<Exposure>;
  readonly health: Health;
  /** Failed checks, signs of compromise first, then by severity, then by what they open. */
  readonly findings: readonly Finding[];
  /** Checks that could not be answered, with what is missing. */
  readonly unknowns: readonly CheckResult[];
  readonly passed: readonly CheckResult[];
  readonly notApplicable: readonly CheckResult[];
  readonly counts: Readonly<Record<Severity, number>>;
  /** Facts that could not be had: name, reason, detail. */
  readonly missing: readonly { readonly fact: string; readonly why: string; readonly detail: string }[];
  readonly evidence: Evidence;
}

/** One run over one or several targets. */
export interface Audit {
  readonly schema: 'keyward.audit/1';
  readonly version: string;
  readonly servers: readonly ServerAudit[];
  /** Targets that gave no evidence at all, with why and what to do. */
  readonly failures: readonly { readonly target: string; readonly problem: string }[];
}
