import { describe, expect, it } from 'vitest';
import { compareSeverity, policyNames, severities, type StepKind } from '../../model/index.ts';
import { checks } from '../checks/index.ts';
import { covers, policies, type Policy } from './index.ts';

const answered = (policy: Policy): ReadonlySet<string> =>
  new Set(
    checks.flatMap(({ id, theme }) =>
      severities
        .filter((severity) => covers(policy, { check: id, theme, severity }, compareSeverity))
        .map((severity) => `${id} ${severity}`),
    ),
  );
const within = <T>(small: Iterable<T>, large: ReadonlySet<T>): readonly T[] =>
  [...small].filter((one) => !large.has(one));

describe('the policies', () => {
  it.each(policyNames)('%s promises something in a sentence', (name) => {
    expect(policies[name].name).toBe(name);
    expect(policies[name].promise).toMatch(/^[A-Z].{40,300}\.$/);
    expect(policies[name].title.length).toBeLessThan(70);
  });

  it('name only checks that there are', () => {
    const known = new Set(checks.map(({ id }) => id));
    for (const name of policyNames)
      for (const cover of policies[name].covers) expect(within(cover.checks ?? [], known)).toEqual([]);
  });

  it('contain each other: what a milder one does, a stricter one does too', () => {
    const [first, second, third] = policyNames.map((name) => policies[name]);
    for (const [mild, strict] of [
      [first, second],
      [second, third],
    ]) {
      if (!mild || !strict) throw new Error('a policy is missing');
      expect(within(answered(mild), answered(strict))).toEqual([]);
      expect(within<StepKind>(mild.steps, new Set(strict.steps))).toEqual([]);
      expect(answered(strict).size).toBeGreaterThan(answered(mild).size);
    }
  });

  it('leave nothing out in the end: strict answers every finding', () => {
    expect(answered(policies.strict).size).toBe(checks.length * severities.length);
  });

  it('answer whoever is let in without a password, in each of them', () => {
    const finding = { check: 'default-user-open', theme: 'authentication', severity: 'critical' } as const;
    for (const name of policyNames) expect(covers(policies[name], finding, compareSeverity)).toBe(true);
  });
});
