import type { Product } from './product.ts';

export type Stage = 'alpha' | 'milestone' | 'beta' | 'candidate';

export interface PreRelease {
  readonly stage: Stage;
  readonly number: number;
}

/** One release of one server. Plain data; `text` is what was read, trimmed. */
export interface Version {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Absent for a release. */
  readonly pre?: PreRelease;
  /** Built from a development branch (`255.255.255`): it says nothing about what is inside. */
  readonly unstable: boolean;
  /** What a packager added: `1~deb12u5` of `5:7.0.15-1~deb12u5`, `1.el9_5` of `6.2.18-1.el9_5`. */
  readonly revision?: string;
}

const numbers = /^(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?/;
const prefix = /^(?:df-)?v?(?:\d{1,9}:)?/i;
const preRelease = /^[-~.]?(rc|milestone|m|beta|b|alpha|a)[-.]?(\d{1,6})(?![a-z0-9])/i;

const stages: Readonly<Record<string, Stage>> = {
  rc: 'candidate',
  milestone: 'milestone',
  m: 'milestone',
  beta: 'beta',
  b: 'beta',
  alpha: 'alpha',
  a: 'alpha',
};

/** `8.0` says that there is no more to read than the branch; a release of it is meant. */
const developmentMajors = new Set([255, 999]);

/** Only Redis and its forks number pre-releases as high patches of the odd minor before. */
const numbersPreReleases = (product: Product | undefined): boolean =>
  product === undefined || product === 'redis' || product === 'valkey' || product === 'keydb';

/**
 * Redis gives its pre-releases a number below the release: 7.0-rc1 answers `6.9.240`, 8.0-m01 `7.9.224`, and up to 6.0
 * `5.9.101` for rc1. Read as a plain number they would fall into a branch that never existed.
 * Source: version.h of those tags, and the answers of a running 8.0-m01.
 */
function hiddenPreRelease(
  major: number,
  minor: number,
  patch: number,
): Omit<Version, 'text' | 'unstable'> | undefined {
  if (minor % 2 === 0 || patch < 100 || patch > 254) return undefined;
  const next = minor === 9 && major < 8 ? { major: major + 1, minor: 0 } : { major, minor: minor + 1 };
  if (patch >= 240) return { ...next, patch: 0, pre: { stage: 'candidate', number: patch - 239 } };
  if (patch > 200)
    return { ...next, patch: 0, pre: { stage: 'milestone', number: Math.max(0, patch - 223) } };
  return { ...next, patch: 0, pre: { stage: 'candidate', number: patch - 100 } };
}

/**
 * Reads the version of a server, of a release tag or of a package. Never throws; what is not a version is `undefined`.
 *
 * @param text `7.0.15`, `6.0-rc2`, `8.0-m01`, `df-v1.40.0`, `5:7.0.15-1~deb12u5`, `6.2.18-1.el9_5`
 * @param product whose number it is; matters only for numbers like `7.9.224`, see {@link hiddenPreRelease}
 * @example parseVersion('5:7.0.15-1~deb12u5') // { major: 7, minor: 0, patch: 15, revision: '1~deb12u5', … }
 */
export function parseVersion(text: string, product?: Product): Version | undefined {
  if (text.length > 200) return undefined;
  const trimmed = text.trim();
  const bare = trimmed.replace(prefix, '');
  const found = numbers.exec(bare);
  if (found === null) return undefined;
  const [major, minor, patch] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  if (developmentMajors.has(major) && major === minor) {
    return { text: trimmed, major, minor, patch, unstable: true };
  }
  let rest = bare.slice(found[0].length);
  const marked = preRelease.exec(rest);
  const pre =
    marked === null
      ? undefined
      : { stage: stages[(marked[1] ?? '').toLowerCase()] ?? 'candidate', number: Number(marked[2]) };
  if (marked !== null) rest = rest.slice(marked[0].length);
  const revision = revisionIn(rest);
  const hidden =
    pre === undefined && numbersPreReleases(product) ? hiddenPreRelease(major, minor, patch) : undefined;
  return {
    text: trimmed,
    ...(hidden ?? { major, minor, patch, ...(pre === undefined ? {} : { pre }) }),
    unstable: false,
    ...(revision === undefined ? {} : { revision }),
  };
}

/** A packager's revision follows the last hyphen (Debian policy 5.6.12) and starts with a digit. */
function revisionIn(rest: string): string | undefined {
  const hyphen = rest.lastIndexOf('-');
  const revision = hyphen < 0 ? '' : rest.slice(hyphen + 1);
  return /^\d/.test(revision) ? revision : undefined;
}
