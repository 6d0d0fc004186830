import type { Stage, Version } from './version.ts';

const rank: Readonly<Record<Stage, number>> = { alpha: 0, milestone: 1, beta: 2, candidate: 3 };

/** A release comes after all its pre-releases. */
const stageOf = ({ pre }: Version): number => (pre === undefined ? 4 : rank[pre.stage]);

/**
 * Orders releases by number: negative, zero or positive. A pre-release comes before its release, a development build
 * after everything. A packager's revision does not count; compare whole package versions with
 * `compareDebianVersions`.
 *
 * @example compareVersions(parseVersion('8.10.0'), parseVersion('8.8.3')) // > 0
 */
export const compareVersions = (left: Version, right: Version): number =>
  Number(left.unstable) - Number(right.unstable) ||
  left.major - right.major ||
  left.minor - right.minor ||
  left.patch - right.patch ||
  stageOf(left) - stageOf(right) ||
  (left.pre?.number ?? 0) - (right.pre?.number ?? 0);
