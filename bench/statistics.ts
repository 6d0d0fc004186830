/** The value below which `part` of the numbers lie (0.5: the median); 0 of none. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

/** Milliseconds as the table shows them: the median, and the quartiles around it. */
export const spread = (numbers: readonly number[]): string =>
  `${median(numbers).toFixed(1)} ms (${quantile(numbers, 0.25).toFixed(1)}–${quantile(numbers, 0.75).toFixed(1)})`;
