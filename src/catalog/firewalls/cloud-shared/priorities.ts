import type { Rule } from '../../../lang/packets/index.ts';
import { notKnown } from './chains.ts';

/** A rule with its priority: the lower, the sooner. */
export interface Ranked {
  readonly rule: Rule;
  /** Nothing: it is not known. */
  readonly priority: number | undefined;
}

const denies = ({ does }: Rule): boolean => does[0]?.deed === 'drop';

/**
 * Rules in the order in which they are tried; of those with one priority the ones that deny come first. A rule whose
 * priority is not known is tried first, and then it may apply or not: so nothing behind it is more certain than it is.
 */
export const inOrder = (rules: readonly Ranked[]): readonly Rule[] =>
  rules
    .toSorted(
      (a, b) => (a.priority ?? -1) - (b.priority ?? -1) || Number(denies(b.rule)) - Number(denies(a.rule)),
    )
    .map(({ rule, priority }) =>
      priority === undefined ? { ...rule, when: [...rule.when, notKnown('priority')] } : rule,
    );
