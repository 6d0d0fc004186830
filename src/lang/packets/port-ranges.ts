import type { PortRange } from './rule.ts';

/** In both, in rising order where the first one is. */
export const commonPorts = (a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] =>
  normal(
    a.flatMap(([from, to]) =>
      b.flatMap(([start, end]): readonly PortRange[] => {
        const [low, high] = [Math.max(from, start), Math.min(to, end)];
        return low <= high ? [[low, high]] : [];
      }),
    ),
  );

/** Sorted, without overlap. */
export function normal(ranges: readonly PortRange[]): readonly PortRange[] {
  if (ranges.length < 2) return ranges;
  const out: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** All ports that are in none of them. */
export function otherPorts(ranges: readonly PortRange[]): readonly PortRange[] {
  const out: PortRange[] = [];
  let next = 0;
  for (const [from, to] of normal(ranges)) {
    if (from > next) out.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= 65535) out.push([next, 65535]);
  return out;
}

export const hasPort = (ranges: readonly PortRange[], port: number): boolean =>
  ranges.some(([from, to]) => from <= port && port <= to);
