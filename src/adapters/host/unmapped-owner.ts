import { textOf } from './bounded-read.ts';

const everybody = 4_294_967_295;

/**
 * The number under which this user namespace shows the owners that it does not map: whose such a file is cannot be
 * seen from here, be it root's. Nothing where it maps everybody. Source: user_namespaces(7).
 */
export function unmappedOwner(
  map = textOf('/proc/self/uid_map'),
  overflow = textOf('/proc/sys/kernel/overflowuid', 32),
): number | undefined {
  // A system without user namespaces has no such file, and hides nobody.
  if (map === undefined) return undefined;
  const mapped = map
    .split('\n')
    .reduce((sum, line) => sum + Number(/^\s*\d+\s+\d+\s+(\d+)\s*$/.exec(line)?.[1] ?? 0), 0);
  return mapped >= everybody ? undefined : Number(overflow?.trim() || 65_534);
}
