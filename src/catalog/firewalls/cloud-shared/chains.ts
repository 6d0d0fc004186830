import type { Chain, Hook, Match, Position, Rule } from '../../../lang/packets/index.ts';
import { field, saying, type Value } from './value.ts';

/** A cloud does not see what a host sends to itself. */
const withinHost = (hook: Hook): Rule => ({
  when: [
    hook === 'output' ? { match: 'out-interface', names: ['lo'] } : { match: 'in-interface', names: ['lo'] },
  ],
  does: [{ deed: 'accept' }],
  at: { text: 'from this host to itself: no cloud stands between' },
});

/** A base chain; whoever no rule lets through is refused, unless the policy is another. */
export function guard(
  hook: 'input' | 'output',
  priority: number,
  rules: readonly Rule[],
  at: Position,
  policy: 'accept' | 'drop' = 'drop',
): Chain {
  return {
    name: hook,
    base: { hook, type: 'filter', priority, policy },
    rules: [withinHost(hook), ...rules],
    at,
  };
}

/** A rule with one deed. */
export const ruleOf = (when: readonly Match[], action: 'accept' | 'drop', at: Position): Rule => ({
  when,
  does: [{ deed: action }],
  at,
});

export const notKnown = (text: string, on: 'set' | 'other' | 'port' = 'other'): Match => ({
  match: 'opaque',
  on,
  text,
});

/** Whether a rule is made at all may not be known: Terraform's count, a condition of a template. */
export const onlyIf = (value: Value | undefined): readonly Match[] => {
  const condition = field(value, '(only if)');
  return condition === undefined ? [] : [notKnown(saying(condition))];
};
