import type { TriedFrom } from '../../catalog/plan-reports/tried-from.ts';
import type { Audit, Outcome, Plan, Proof } from '../../model/index.ts';
import type { Served } from './application.ts';

export interface LabOutcome {
  readonly before: Audit;
  readonly plan: Plan;
  /** How apply and confirm ended. */
  readonly outcome: Outcome;
  readonly proof: Proof;
  readonly after: Audit;
  /** What became of the requests of the application that talked to the server all the time. */
  readonly served: Served;
  /** Connections from the hosts around the server; absent where there are none. */
  readonly tried?: readonly TriedFrom[];
  /** What those hosts found when they tried the promises of the plan, in all. */
  readonly provedAround?: { readonly hosts: number } & Proof['summary'];
}
