import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replacements, unifiedDiff, type Replacement } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 500;

const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 14 });

const replace = (before: readonly string[], after: readonly string[], changes: readonly Replacement[]) => {
  const lines = [...before];
  for (const { from, to, newFrom, newTo } of changes.toReversed())
    lines.splice(from, to - from, ...after.slice(newFrom, newTo));
  return lines;
};

/** How many lines at least go and come: by the table of the longest common subsequence. */
function least(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1);
  row.unshift(0);
  for (const [i, line] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries())
      next.push(line === other ? (row[j] ?? 0) : 1 + Math.min(row[j + 1] ?? 0, next[j] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}

const size = (changes: readonly Replacement[]): number =>
  changes.reduce((sum, { from, to, newFrom, newTo }) => sum + to - from + newTo - newFrom, 0);

describe('what changed', () => {
  it('makes the new text of the old one, with the fewest lines, never two that touch', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = replacements(before, after);
        expect(replace(before, after, changes)).toEqual(after);
        expect(size(changes)).toBe(least(before, after));
        for (const [i, { from }] of changes.slice(1).entries())
          expect(from).toBeGreaterThan(changes[i]?.to ?? 0);
      }),
      { numRuns: runs },
    );
  });

  it('is still right when there is no time to find the least', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(replace(before, after, replacements(before, after, 0))).toEqual(after);
      }),
      { numRuns: runs },
    );
  });

  it('of texts that have nothing in common, however long, is one replacement', () => {
    const lines = (word: string) => Array.from({ length: 300_000 }, (_, i) => `${word}${i}`);
    expect(replacements(lines('a'), lines('b'))).toEqual([
      { from: 0, to: 300_000, newFrom: 0, newTo: 300_000 },
    ]);
  });

  it('in the middle of a long text is found', () => {
    const before = Array.from({ length: 200_000 }, (_, i) => `line ${i % 1000}`);
    const after = before.with(5000, 'x').with(150_000, 'y').toSpliced(100_000, 1);
    expect(size(replacements(before, after))).toBe(5);
  });
});

describe('a unified diff', () => {
  it('reads as one of diff -u', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const after = ['a', 'b', 'C', 'd', 'e', 'f', 'g', 'h', 'i'];
    expect(unifiedDiff(before, after, { names: ['old', 'new'], context: 1 }).split('\n')).toEqual([
      '--- old',
      '+++ new',
      '@@ -2,3 +2,3 @@',
      ' b',
      '-c',
      '+C',
      ' d',
      '@@ -8 +8,2 @@',
      ' h',
      '+i',
    ]);
  });

  it('is empty where nothing differs', () => {
    expect(unifiedDiff(['a'], ['a'], { names: ['old', 'new'] })).toBe('');
  });

  it('prints lines as it is told', () => {
    const show = (_: string, side: string, index: number): string => `${side} ${index}`;
    expect(
      unifiedDiff(['a', 'b'], ['x', 'a', 'c'], { names: ['o', 'n'], show })
        .split('\n')
        .slice(3),
    ).toEqual(['+after 0', ' after 1', '-before 1', '+after 2']);
  });

  const hasPatch = spawnSync('patch', ['--version']).status === 0;
  if (!hasPatch) console.warn('skipped: no `patch` here to read our diffs');
  it.skipIf(!hasPatch)('is taken by patch(1)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-diff-'));
    const full = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
    fc.assert(
      fc.property(text, text, fc.nat(3), (before, after, context) => {
        const diff = unifiedDiff(before, after, { names: ['f', 'f'], context });
        fc.pre(diff !== '');
        writeFileSync(join(folder, 'f'), full(before));
        const { status } = spawnSync('patch', ['-s', '-p0', 'f'], { cwd: folder, input: `${diff}\n` });
        expect(status).toBe(0);
        expect(readFileSync(join(folder, 'f'), 'utf8')).toBe(full(after));
      }),
      { numRuns: process.env['KEYWARD_DEEP'] ? 2000 : 40 },
    );
    rmSync(folder, { recursive: true });
  });
});
