/** The value below which `part` of the numbers lie (0.5: the median); 0 of none. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/**
 * The middle of all that the true median may be, by 95 %: ranks of a sorted sample, whatever its distribution.
 * Source: the sign test; the ranks by the normal approximation of the binomial.
 */
export function medianBounds(numbers: readonly number[]): readonly [low: number, high: number] {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = 0.98 * Math.sqrt(sorted.length);
  const low = Math.max(0, Math.floor(sorted.length / 2 - half));
  const high = Math.min(sorted.length - 1, Math.ceil(sorted.length / 2 + half));
  return [sorted[low] ?? 0, sorted[high] ?? 0];
}

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

/** Milliseconds as the table shows them: the median, and the quartiles around it. */
export const spread = (numbers: readonly number[]): string =>
  `${median(numbers).toFixed(1)} ms (${quantile(numbers, 0.25).toFixed(1)}–${quantile(numbers, 0.75).toFixed(1)})`;
