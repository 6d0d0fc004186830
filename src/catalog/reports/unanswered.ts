import type { CheckResult } from '../../model/index.ts';
import { isSign } from './remedies.ts';

/** Checks that wait for the same answer. */
export interface Unanswered {
  readonly because: string;
  readonly checks: readonly CheckResult[];
}

/** Unanswered checks by what they wait for; what could show an intruder first, then what leaves most open. */
export const unanswered = (unknowns: readonly CheckResult[]): readonly Unanswered[] =>
  [...Map.groupBy(unknowns, ({ seen }) => seen)]
    .map(([because, checks]) => ({ because, checks }))
    .toSorted(
      (a, b) =>
        Number(b.checks.some(isSign)) - Number(a.checks.some(isSign)) || b.checks.length - a.checks.length,
    );
