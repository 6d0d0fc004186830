import { describe, expect, it } from 'vitest';
import type { FirewallChange } from '../../index.ts';
import { codeOf } from './firewall-change-command.ts';

const made = (steps: number, held: number, already = false): FirewallChange => {
  const plan = { steps: Array.from({ length: steps }), held: Array.from({ length: held }) };
  return { plan: plan as unknown as FirewallChange['plan'], before: [], already };
};

describe('the exit code of firewall allow and deny', () => {
  it('is 0 only where it is so already', () => {
    expect(codeOf(made(0, 0, true))).toBe(0);
    expect(codeOf(made(0, 0))).toBe(2);
  });

  it('is 1 where steps are planned, or held', () => {
    expect(codeOf(made(1, 0))).toBe(1);
    expect(codeOf(made(0, 1))).toBe(1);
  });
});
