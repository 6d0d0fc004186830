/** Lines `from..to` of the old text become lines `newFrom..newTo` of the new one; ends are exclusive, counts from 0. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/** Comparisons until we give up looking for the least change: about a tenth of a second. */
const patience = 20_000_000;
/** Lines that differ; what is remembered for the way back grows with the square of it. */
const mostChanges = 1000;

/**
 * What changed between two texts, line by line: the least number of lines that go and come (Myers, "An O(ND)
 * Difference Algorithm", 1986), in order. Bounded in time and memory: texts that differ in too much are told as one
 * replacement from the first line that differs to the last.
 *
 * @example replacements(['a', 'b', 'c'], ['a', 'x', 'c']) // [{ from: 1, to: 2, newFrom: 1, newTo: 2 }]
 */
export function replacements(
  before: readonly string[],
  after: readonly string[],
  effort = patience,
): readonly Replacement[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  const whole = { from: start, to: before.length - same, newFrom: start, newTo: after.length - same };
  if (whole.from === whole.to && whole.newFrom === whole.newTo) return [];
  const numbers = new Map<string, number>();
  const numbered = (lines: readonly string[], to: number): Int32Array =>
    Int32Array.from({ length: to - start }, (_, i) => {
      const line = lines[start + i] ?? '';
      const number = numbers.get(line) ?? numbers.size;
      numbers.set(line, number);
      return number;
    });
  const steps = walk(numbered(before, whole.to), numbered(after, whole.newTo), effort);
  return steps === undefined ? [whole] : joined(steps, start);
}

/** A line that goes at `x`, or one that comes at `y`. */
interface Change {
  readonly x: number;
  readonly y: number;
  readonly goes: boolean;
}

/** The changes from the last to the first; `undefined` when it takes more than we care to spend. */
function walk(a: Int32Array, b: Int32Array, effort: number): readonly Change[] | undefined {
  const furthest = new Int32Array(2 * mostChanges + 3);
  const middle = mostChanges + 1;
  const trace: Int32Array[] = [];
  let left = effort;
  for (let d = 0; d <= mostChanges; d++) {
    trace.push(furthest.slice(middle - d - 1, middle + d + 2));
    for (let k = -d; k <= d; k += 2) {
      let x = comesDown(furthest, middle, k, d)
        ? at(furthest, middle + k + 1)
        : at(furthest, middle + k - 1) + 1;
      const from = x;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return backwards(trace, a.length, b.length);
      left -= x - from + 1;
    }
    if (left < 0) return undefined;
  }
  return undefined;
}

const at = (numbers: Int32Array, index: number): number => numbers[index] ?? 0;

/** Whether the best way to diagonal `k` comes from the one above: by a line that comes. */
const comesDown = (furthest: Int32Array, middle: number, k: number, d: number): boolean =>
  k === -d || (k !== d && at(furthest, middle + k - 1) < at(furthest, middle + k + 1));

function backwards(trace: readonly Int32Array[], n: number, m: number): readonly Change[] {
  const changes: Change[] = [];
  let [x, y] = [n, m];
  for (let d = trace.length - 1; d > 0; d--) {
    const furthest = trace[d] ?? new Int32Array();
    const k = x - y;
    const down = comesDown(furthest, d + 1, k, d);
    const previous = down ? k + 1 : k - 1;
    x = at(furthest, d + 1 + previous);
    y = x - previous;
    changes.push({ x, y, goes: !down });
  }
  return changes;
}

/** Changes that touch each other are one. */
function joined(changes: readonly Change[], start: number): readonly Replacement[] {
  const found: Replacement[] = [];
  for (const { x, y, goes } of changes.toReversed()) {
    const last = found.at(-1);
    const touches = last !== undefined && last.to === start + x && last.newTo === start + y;
    const { from, newFrom } = touches ? last : { from: start + x, newFrom: start + y };
    const next = { from, to: start + x + (goes ? 1 : 0), newFrom, newTo: start + y + (goes ? 0 : 1) };
    found.splice(touches ? -1 : found.length, touches ? 1 : 0, next);
  }
  return found;
}
