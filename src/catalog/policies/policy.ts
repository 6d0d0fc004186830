import type { PolicyName, Severity, StepKind } from '../../model/index.ts';
import type { Theme } from '../define-check.ts';

/** Findings that a policy answers for: of these checks, or of these themes, from this severity on. */
export interface Cover {
  readonly themes?: readonly Theme[];
  readonly checks?: readonly string[];
  readonly from: Severity;
}

/** How far a plan goes, as data: the planner reads it, and so do the docs. */
export interface Policy {
  readonly name: PolicyName;
  readonly title: string;
  /** In one sentence: what is true once a plan of this policy is applied. */
  readonly promise: string;
  readonly covers: readonly Cover[];
  /** Kinds of steps that it may plan; what else a finding asks for is said to be unmet. */
  readonly steps: readonly StepKind[];
}

/** Whether the policy answers for a finding. */
export const covers = (
  { covers: all }: Policy,
  { check, theme, severity }: { readonly check: string; readonly theme: string; readonly severity: Severity },
  compare: (a: Severity, b: Severity) => number,
): boolean =>
  all.some(
    (cover) =>
      compare(severity, cover.from) >= 0 &&
      ((cover.checks?.includes(check) ?? false) || (cover.themes?.some((one) => one === theme) ?? false)),
  );
