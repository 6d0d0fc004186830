import type { Census, Plan, PlanNode, PolicyName, ServerAudit, Severity, View } from '../../model/index.ts';

/** A server to plan for: where it is, what was found, and who uses it. */
export interface PlanSubject {
  readonly node: PlanNode;
  readonly audit: ServerAudit;
  readonly view: View;
  /** Absent: nobody looked who uses it. */
  readonly census?: Census;
  /** TCP ports that anybody listens at where the server is; absent: not known. */
  readonly takenPorts?: readonly number[];
}

export interface PlanInput {
  readonly nodes: readonly PlanSubject[];
  readonly policy: PolicyName;
  /** Checks, themes or kinds of steps: these and what they rest on. Named by hand, they go beyond the policy. */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** Findings of less weight are left alone. */
  readonly level?: Severity;
  /** What the user answered, by name of the setting: `maxmemory` → `2gb`. */
  readonly answers: ReadonlyMap<string, string>;
  /** Whom the user gave up: `default`, `default@10.0.0.5`, `data`. */
  readonly refuse: readonly string[];
  /** Users that are to go, by name. */
  readonly deleteUsers?: readonly string[];
  readonly allowRestart: boolean;
  /** The default user gets a password; no named users. */
  readonly passwordOnly?: boolean;
}

export type PlannedParts = Pick<Plan, 'secrets' | 'steps' | 'held' | 'unmet'>;
