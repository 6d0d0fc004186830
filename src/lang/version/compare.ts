import type { Stage, Version } from './version.ts';

const rank: Readonly<Record<Stage, number>> = { alpha: 0, milestone: 1, beta: 2, candidate: 3 };

const key = (version: Version): readonly number[] => [
  version.unstable ? 1 : 0,
  version.major,
  version.minor,
  version.patch,
  version.pre === undefined ? 4 : rank[version.pre.stage],
  version.pre?.number ?? 0,
];

/**
 * Orders releases by number: negative, zero or positive. A pre-release comes before its release, a development build
 * after everything. A packager's revision does not count; compare whole package versions with
 * `compareDebianVersions`.
 *
 * @example compareVersions(parseVersion('8.10.0'), parseVersion('8.8.3')) // > 0
 */
export function compareVersions(left: Version, right: Version): number {
  const other = key(right);
  for (const [index, value] of key(left).entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
