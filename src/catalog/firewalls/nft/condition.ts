/** A match of nft in the words of the one rule language. */
import type { Match } from '../../../lang/packets/index.ts';
import { concatenation } from './concatenation.ts';
import { singleCondition } from './single-condition.ts';
import type { Comparison, Expression } from './syntax.ts';
import type { Scope } from './values.ts';

/** All of the conditions together say the same as the match. None of them: it is always true. */
export function condition(
  left: Expression,
  op: Comparison,
  right: Expression,
  scope: Scope,
): readonly Match[] {
  return left.is === 'concat'
    ? concatenation(left.parts, op, right, scope)
    : singleCondition(left, op, right, scope);
}
