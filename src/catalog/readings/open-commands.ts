import { failEach, fault, notApplicable } from '../define-check.ts';
import type { Capability, Grant, Verdict } from '../../model/index.ts';
import { isOrdinary, permitted } from './grants.ts';
import { listed } from './values.ts';

/**
 * One fault for each user of an application that may run any of `commands`. Administrators, replicas, Sentinels,
 * exporters and the default user have checks of their own, and so has a user that could make itself the owner.
 */
export function openToApplications(
  grants: readonly Grant[],
  commands: readonly string[],
  can: readonly Capability[],
): Verdict {
  const ordinary = grants.filter(isOrdinary);
  if (ordinary.length === 0) return notApplicable('there is no user for an application');
  return failEach(
    ordinary.flatMap((entry) => {
      const open = permitted(entry, commands);
      if (open.length === 0) return [];
      return [
        fault(
          `user ${entry.user} may run ${listed(open, 9)}`,
          [{ kind: 'investigate', what: `whether the application of ${entry.user} needs them` }],
          { opens: { as: entry.user, can } },
        ),
      ];
    }),
  );
}
