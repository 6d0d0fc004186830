import type { Plan, Step } from '../../../model/index.ts';
import { commentText } from './words.ts';

/** A step that a form cannot say, and why. */
export interface LeftOut {
  readonly step: Step;
  readonly why: string;
}

/** Steps that a form can say in full; from the first one of a node that it cannot, the rest of that node is left out. */
export function divide(
  plan: Plan,
  refusal: (step: Step) => string | undefined,
): { readonly steps: readonly Step[]; readonly leftOut: readonly LeftOut[] } {
  const steps: Step[] = [];
  const leftOut: LeftOut[] = [];
  const stopped = new Map<string, string>();
  for (const step of plan.steps) {
    const earlier = stopped.get(step.node);
    const why = earlier === undefined ? refusal(step) : `comes after ${earlier}, which it may rest on`;
    if (why === undefined) steps.push(step);
    else {
      leftOut.push({ step, why });
      if (earlier === undefined) stopped.set(step.node, step.id);
    }
  }
  return { steps, leftOut };
}

/** Everything that the form does not do, as comment lines. */
export function leftOutLines(plan: Plan, leftOut: readonly LeftOut[]): readonly string[] {
  const lines = [
    ...leftOut.map(({ step, why }) => `not in this form: ${step.id} on ${step.node}: ${step.title}: ${why}`),
    ...plan.held.map(({ step, why, release }) => `held back: ${step.title}: ${why} (${release})`),
    ...plan.unmet.map(({ node, why, advice }) => `not reached on ${node}: ${why} ${advice}`),
  ];
  return lines.map((line) => commentText(line));
}

/** What stands at the top of every form. */
export const headLines = (plan: Plan, leftOut: readonly LeftOut[]): readonly string[] => [
  commentText(`Keyward ${plan.version}, plan ${plan.id} of ${plan.madeAt}, policy ${plan.policy}.`),
  'The server may have changed since the plan was made: this form does not look. It holds no secret.',
  ...leftOutLines(plan, leftOut),
];

export const commented = (lines: readonly string[]): string => lines.map((line) => `# ${line}\n`).join('');
