import type { Action, Resource, RestartWay } from './action.ts';
import type { Census } from './census.ts';
import type { Claim } from './claim.ts';
import type { Goal } from './goal.ts';
import type { Identity } from './identity.ts';
import type { SecretRequest } from './secret-request.ts';
import type { Severity } from './severity.ts';
import type { Target } from './target.ts';

export const policyNames = ['essential', 'recommended', 'strict'] as const;
export type PolicyName = (typeof policyNames)[number];

/** One server that the plan changes, with the places where it keeps its state. */
export interface PlanNode {
  /** `n1`, `n2`, … in the order of the plan. */
  readonly id: string;
  readonly target: Target;
  /** `here`, or `ssh://user@host`: where its files are. Absent where nobody can get at them. */
  readonly host?: string;
  readonly product: Identity['product'];
  readonly version: string;
  readonly mode: 'standalone' | 'sentinel' | 'cluster';
  readonly role: 'master' | 'replica' | 'sentinel';
  /** Absolute path of its redis.conf, and of its ACL file, as this host sees them. */
  readonly conf?: string;
  readonly aclFile?: string;
  readonly restart?: RestartWay;
}

export type StepKind =
  | 'administrator'
  | 'user'
  | 'close-default'
  | 'delete-user'
  | 'narrow-user'
  | 'password'
  | 'rotate-add'
  | 'rotate-remove'
  | 'replication-login'
  | 'sentinel-login'
  | 'bind'
  | 'protected-mode'
  | 'setting'
  | 'limits'
  | 'switches'
  | 'tls'
  | 'plain-port'
  | 'client-certificates'
  | 'unix-socket'
  | 'firewall'
  | 'rename-command'
  | 'files'
  | 'run-as'
  | 'sandbox'
  | 'restart';

/** What may go wrong for those who use the server now. */
export type Risk =
  | { readonly level: 'none' }
  /** Clients lose their connection for a moment. */
  | { readonly level: 'reconnect'; readonly why: string }
  | { readonly level: 'restart'; readonly why: string }
  /** Somebody who is let in today may be refused afterwards. */
  | { readonly level: 'refuses'; readonly why: string };

/** All data: printed, reviewed, saved, signed, and applied elsewhere. */
export interface Step {
  /** `s1`, `s2`, … in order. */
  readonly id: string;
  readonly kind: StepKind;
  readonly node: string;
  readonly title: string;
  /** The checks whose findings asked for it. */
  readonly checks: readonly string[];
  readonly does: readonly Action[];
  /** What is put back, exactly as it was, in reverse order. */
  readonly undo: readonly Resource[];
  /** Must hold before. Claims about who uses something are waited for. */
  readonly guard: readonly Claim[];
  /** Must hold after; else everything comes back. */
  readonly proves: readonly Claim[];
  readonly risk: Risk;
  /** Cells of the exposure table that it closes, as `from|as|can`. */
  readonly closes: readonly string[];
  /** What rights of the host it needs. */
  readonly needs: 'server' | 'files' | 'root';
}

/** A step that is left out, since it would refuse somebody who was seen; or since it needs a word of the user. */
export interface HeldStep {
  readonly step: Step;
  readonly why: string;
  /** The option that releases it: `--refuse user:default`, `--restart`. */
  readonly release: string;
}

/** A goal that cannot be reached here, and why. */
export interface Unmet {
  readonly node: string;
  readonly goal: Goal;
  readonly checks: readonly string[];
  readonly severity: Severity;
  readonly why: string;
  /** What a person can do. */
  readonly advice: string;
}

/** What a step changes as a person reads it: `diff` of a file (secrets as `***`), or commands. */
export interface Preview {
  readonly step: string;
  readonly path?: string;
  readonly text: string;
}

/**
 * What the plan rests on: what everything that it would change looks like, secrets left out. Another fingerprint at
 * apply means that somebody changed the server since: refused.
 */
export interface Basis {
  readonly resource: Resource;
  readonly fingerprint: string;
}

export interface Plan {
  readonly schema: 'keyward.plan/1';
  /** Of Keyward. */
  readonly version: string;
  /** Random; names the journal. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly policy: PolicyName;
  readonly nodes: readonly PlanNode[];
  readonly secrets: readonly SecretRequest[];
  readonly steps: readonly Step[];
  readonly held: readonly HeldStep[];
  readonly unmet: readonly Unmet[];
  readonly previews: readonly Preview[];
  readonly census: readonly Census[];
  readonly basis: readonly Basis[];
}
