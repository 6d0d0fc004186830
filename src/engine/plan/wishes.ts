import { policies, covers } from '../../catalog/policies/index.ts';
import { compareSeverity, type Finding, type Goal, type Severity } from '../../model/index.ts';
import type { PlanInput } from './input.ts';
import { stepKinds } from './kinds.ts';

/** A goal on one server, with all findings that ask for it. */
export interface Wish {
  readonly node: string;
  readonly goal: Goal;
  readonly checks: readonly string[];
  /** The theme of each check, in the same order. */
  readonly themes: readonly string[];
  /** The gravest of its findings. */
  readonly severity: Severity;
}

const named = ({ check, theme }: Finding, words: readonly string[]): boolean =>
  words.includes(check) || words.includes(theme);

/** Whether a finding is to be answered: by name if the user names some, else by the policy. */
function isWanted(finding: Finding, { only = [], except = [], level, policy }: PlanInput): boolean {
  if (level !== undefined && compareSeverity(finding.severity, level) < 0) return false;
  if (named(finding, except)) return false;
  if (named(finding, only)) return true;
  // A kind of step may answer any finding: which do is known once there are steps.
  if (only.length > 0) return only.some((word) => stepKinds.has(word));
  return covers(policies[policy], finding, compareSeverity);
}

function joined(had: Wish | undefined, { check, theme }: Finding): Pick<Wish, 'checks' | 'themes'> {
  if (had === undefined) return { checks: [check], themes: [theme] };
  return had.checks.includes(check)
    ? { checks: had.checks, themes: had.themes }
    : { checks: [...had.checks, check], themes: [...had.themes, theme] };
}

/** All that is wanted of one server: equal goals are one wish. Gravest findings come first, as the audit has them. */
export function wishesOf(input: PlanInput): readonly Wish[] {
  return input.nodes.flatMap(({ node, audit }) => {
    const byGoal = new Map<string, Wish>();
    for (const finding of audit.findings) {
      if (finding.verdict !== 'fail' || !isWanted(finding, input)) continue;
      for (const goal of finding.goals) {
        const key = JSON.stringify(goal);
        const had = byGoal.get(key);
        byGoal.set(key, {
          node: node.id,
          goal,
          ...joined(had, finding),
          severity:
            had && compareSeverity(had.severity, finding.severity) >= 0 ? had.severity : finding.severity,
        });
      }
    }
    return [...byGoal.values()];
  });
}

/** The theme of each check that asks for something. */
export const themesOf = (wishes: readonly Wish[]): ReadonlyMap<string, string> =>
  new Map(
    wishes.flatMap(({ checks, themes }) => checks.map((check, at) => [check, themes[at] ?? ''] as const)),
  );
