import { describe, expect, it } from 'vitest';
import { known, unknown, type FactName, type Verdict } from '../../model/index.ts';
import { checkPages } from '../../../scripts/check-pages.ts';
import { readFileSync } from 'node:fs';
import type { Check, Example } from '../define-check.ts';
import { checks } from './index.ts';

const judge = (check: Check, example: Example): Verdict => {
  for (const need of check.needs)
    expect(example, `${check.id}: an example leaves out the needed fact ${need}`).toHaveProperty(need);
  const used = Object.fromEntries(
    check.uses.map((name: FactName) => [
      name,
      name in example ? known(example[name], 'example') : unknown('not-asked', 'not in the example'),
    ]),
  );
  return check.judge(example, used);
};

describe('the registry', () => {
  it('has the pages of the docs that `npm run generate` writes', () => {
    for (const { path, text } of checkPages())
      expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'), path).toBe(text);
  });
  it('has no id twice', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  });
});

describe.each(checks.map((check) => [check.id, check] as const))('check %s', (_, check) => {
  it('says what it is about', () => {
    expect(check.title.length).toBeGreaterThan(8);
    expect(check.title.length, 'a title fits a line').toBeLessThan(80);
    expect(check.title).not.toMatch(/\.$/);
    expect(check.why.length).toBeGreaterThan(30);
    expect(check.remedy.length).toBeGreaterThan(20);
    expect(check.links.length).toBeGreaterThan(0);
    for (const link of check.links) expect(link).toMatch(/^https:\/\//);
    expect(Object.keys(check.examples.good).length).toBeGreaterThan(0);
    expect(Object.keys(check.examples.bad).length).toBeGreaterThan(0);
  });
  it.each(Object.entries(check.examples.good))('passes: %s', (_name, example) => {
    expect(judge(check, example)).toEqual({ kind: 'pass' });
  });
  it.each(Object.entries(check.examples.bad))('fails: %s', (_name, example) => {
    const verdict = judge(check, example);
    expect(verdict.kind).toBe('fail');
    if (verdict.kind !== 'fail') return;
    for (const { seen, goals } of verdict.faults) {
      expect(seen.length).toBeGreaterThan(5);
      expect(goals.length, 'a fault names a goal').toBeGreaterThan(0);
    }
  });
  it.each(Object.entries(check.examples.other ?? {}))('neither: %s', (_name, { facts, verdict }) => {
    expect(judge(check, facts).kind).toBe(verdict);
  });
  it('survives JSON and gives the same answer twice', () => {
    for (const example of [...Object.values(check.examples.good), ...Object.values(check.examples.bad)]) {
      expect(judge(check, JSON.parse(JSON.stringify(example)) as Example)).toEqual(judge(check, example));
    }
  });
});
