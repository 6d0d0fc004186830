import { describe, expect, it } from 'vitest';
import type { Finding, Goal } from '../../model/index.ts';
import { findingOf } from './example-audit.ts';
import { remedies } from './remedies.ts';

const goal: Goal = { kind: 'setting', name: 'protected-mode', value: 'yes' };
const finding = (check: string, more: Partial<Finding> = {}): Finding =>
  findingOf(check, 'network', 'low', check, { remedy: `mend ${check}`, ...more });
const order = (...findings: Finding[]): string[][] =>
  remedies(findings).map((remedy) => remedy.findings.map(({ check }) => check));

describe('what to do', () => {
  it('is said once for equal words', () =>
    expect(order(finding('a', { remedy: 'x' }), finding('b', { remedy: 'x' }))).toEqual([['a', 'b']]));
  it('is said once for equal goals', () =>
    expect(order(finding('a', { goals: [goal] }), finding('b', { goals: [goal] }))).toEqual([['a', 'b']]));
  it('stays apart where neither is equal, and where there are no goals at all', () =>
    expect(order(finding('a'), finding('b'))).toEqual([['a'], ['b']]));
  it('comes in order of the gravest finding that it ends, whatever closes more', () =>
    expect(
      order(finding('a', { opens: ['1', '2'] }), finding('b', { severity: 'medium', opens: ['1'] })),
    ).toEqual([['b'], ['a']]));
  it('comes in order of what it closes where it weighs the same, each cell counted once', () => {
    const found = remedies([
      finding('a', { opens: ['1'] }),
      finding('b', { opens: ['1', '2', '3'], remedy: 'x' }),
      finding('c', { opens: ['2', '3', '4'], remedy: 'x' }),
    ]);
    expect(found.map(({ closes }) => closes)).toEqual([4, 1]);
  });
  it('begins with the intruder, whatever else is open', () => {
    const sign = findingOf('sign', 'compromise', 'low', 'sign', { remedy: 'x' });
    const found = remedies([finding('a', { opens: ['1', '2'], severity: 'critical', remedy: 'x' }), sign]);
    expect(found.map(({ urgent }) => urgent)).toEqual([true, false]);
  });
  it('names every goal once', () => {
    const [remedy] = remedies([
      finding('a', { remedy: 'x', goals: [goal] }),
      finding('b', { remedy: 'x', goals: [goal, { kind: 'run-as', user: 'redis' }] }),
    ]);
    expect(remedy?.goals).toHaveLength(2);
  });
});
