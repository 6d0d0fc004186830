import { replacements, type Replacement } from './replacements.ts';

export interface DiffOptions {
  /** What the old and the new text are called. */
  readonly names: readonly [string, string];
  /** Equal lines shown before and after a change; 3 when absent. */
  readonly context?: number;
  /** How a line is printed, by its side and its index from 0: to hide what must not be shown. As it is when absent. */
  readonly show?: (line: string, side: 'before' | 'after', index: number) => string;
}

/**
 * A unified diff, as `diff -u` prints it, without a line break at its end; empty where nothing differs. Whether the last
 * line has a line break is not compared.
 *
 * @example unifiedDiff(['a', 'b'], ['a', 'c'], { names: ['old', 'new'] }).split('\n').at(-1) // '+c'
 */
export function unifiedDiff(
  before: readonly string[],
  after: readonly string[],
  options: DiffOptions,
): string {
  const { names, context = 3, show = (line: string): string => line } = options;
  const hunks = together(replacements(before, after), context);
  if (hunks.length === 0) return '';
  const line = (sign: string, side: 'before' | 'after', index: number): string =>
    sign + show((side === 'before' ? before : after)[index] ?? '', side, index);
  const lines = [`--- ${names[0]}`, `+++ ${names[1]}`];
  for (const hunk of hunks) {
    const [first, last] = [hunk[0], hunk.at(-1)];
    if (first === undefined || last === undefined) continue;
    const lead = Math.min(context, first.from);
    const trail = Math.min(context, before.length - last.to);
    lines.push(
      `@@ -${range(first.from - lead, last.to + trail)} +${range(first.newFrom - lead, last.newTo + trail)} @@`,
    );
    let next = first.newFrom - lead;
    for (const { from, to, newFrom, newTo } of hunk) {
      for (; next < newFrom; next++) lines.push(line(' ', 'after', next));
      for (let i = from; i < to; i++) lines.push(line('-', 'before', i));
      for (; next < newTo; next++) lines.push(line('+', 'after', next));
    }
    for (; next < last.newTo + trail; next++) lines.push(line(' ', 'after', next));
  }
  return lines.join('\n');
}

/** Where a hunk begins and how long it is; an empty one stands after the line that it names. */
function range(from: number, to: number): string {
  const length = to - from;
  const start = length === 0 ? from : from + 1;
  return length === 1 ? String(start) : `${start},${length}`;
}

/** Changes whose contexts would touch make one hunk. */
function together(changes: readonly Replacement[], context: number): readonly (readonly Replacement[])[] {
  const hunks: Replacement[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last !== undefined && change.from - last.to <= 2 * context) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  return hunks;
}
