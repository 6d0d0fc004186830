/** Comparisons of nft, and what bit operators make of a value before it is compared. */
import { holds, type Range } from './ranges.ts';
import type { BitOperator, Comparison } from './syntax.ts';
import { combine, type Values } from './values.ts';

export interface Step {
  readonly op: BitOperator;
  readonly by: bigint;
}

export const through = (steps: readonly Step[], value: bigint, last: bigint): bigint =>
  steps.reduce((now, { op, by }) => combine(op, now, by, last), value);

/** Does this value satisfy the comparison? */
export function satisfies(op: Comparison, value: bigint, values: Values, flags: boolean): boolean {
  const [first] = values.ranges;
  const one = first?.[0] ?? 0n;
  if (flags && op === 'implied') return (value & one) !== 0n;
  switch (op) {
    case '!':
      return (value & one) === 0n;
    case '!=':
      return !(values.all || holds(values.ranges, value));
    case '<':
      return value < one;
    case '>':
      return value > one;
    case '<=':
      return value <= one;
    case '>=':
      return value >= one;
    default:
      return values.all || holds(values.ranges, value);
  }
}

export function ordered(op: Comparison, one: bigint, last: bigint): readonly Range[] {
  const range: Range =
    op === '<' ? [0n, one - 1n] : op === '<=' ? [0n, one] : op === '>' ? [one + 1n, last] : [one, last];
  return range[0] <= range[1] ? [range] : [];
}
