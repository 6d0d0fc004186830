import { planCertificateRotation } from '../../../engine/plan-certificate.ts';
import { planWith, type MadePlan } from './make-plan.ts';
import type { PlanOptions } from './options.ts';

export interface RenewOptions extends PlanOptions {
  /** How long the new certificate is valid; 397, as browsers and auditors have it. */
  readonly days?: number;
  /** A new private key as well; false. */
  readonly newKey?: boolean;
}

/** A plan that gives every server named a new certificate of the same authority, and checks the one that it serves. */
export const makeRenewal = (
  targets: readonly string[],
  { days = 397, newKey = false, ...options }: RenewOptions = {},
): Promise<MadePlan> =>
  planWith(targets, options, (subjects) =>
    planCertificateRotation(subjects, { olderThan: new Date().toISOString(), days, newKey }),
  );
