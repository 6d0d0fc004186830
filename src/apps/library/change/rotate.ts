import { planRotation, type RotationOptions } from '../../../engine/plan-rotation.ts';
import { UsageError } from '../usage-error.ts';
import { planWith, type MadePlan } from './make-plan.ts';
import type { PlanOptions } from './options.ts';

export interface RotateOptions extends PlanOptions, RotationOptions {
  /** The user whose password is replaced. */
  readonly rotated: string;
}

/**
 * A plan that replaces a user's password on every server named, without a refused login.
 *
 * @throws UsageError where no server has such a user
 */
export async function makeRotation(
  targets: readonly string[],
  { rotated, watchSeconds, ...options }: RotateOptions,
): Promise<MadePlan> {
  return planWith(targets, options, (subjects) => {
    for (const { view, node } of subjects.filter((one) => one.node.mode !== 'sentinel')) {
      const users = view.users.known ? view.users.value : [];
      const found = users.find(({ name }) => name === rotated);
      if (view.users.known && !found)
        throw new UsageError(`${node.id} has no user ${rotated}`, 'Name one that is on every server.');
      if (found?.noPassword)
        throw new UsageError(
          `user ${rotated} needs no password (nopass): there is nothing to rotate`,
          'Make a plan: keyward plan.',
        );
    }
    return planRotation(subjects, rotated, watchSeconds === undefined ? {} : { watchSeconds });
  });
}
