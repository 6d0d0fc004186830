import { parseVersion, type Version } from './version.ts';

const nothing: Version = { text: '', major: 0, minor: 0, patch: 0, unstable: false };

// A table of directives is built by thousands of comparisons of a few versions. They come from outside: few are kept.
const read = new Map<string, Version>();
const mostRead = 1024;

/**
 * As `parseVersion`, for a version that decides how something is read, so that there must be one: `7` is 7.0.0, what is
 * no version at all is 0.0.0, before every other.
 *
 * @example knownVersion('8.0-m01').major // 8
 */
export function knownVersion(text: string): Version {
  const found = read.get(text);
  if (found) return found;
  if (read.size >= mostRead) read.clear();
  const version = parseVersion(text) ?? parseVersion(`${text}.0`) ?? nothing;
  if (text.length <= 64) read.set(text, version);
  return version;
}

/** What is in a release candidate is in the release; an earlier stage may lack it. */
const early = ({ pre }: Version): number => (pre === undefined || pre.stage === 'candidate' ? 0 : -1);

/**
 * Orders versions by what is in them, to ask whether a version has what came with another: negative where `a` is the
 * older one. A release candidate counts as its release, `8.0-m01` as older than `8.0.0`.
 *
 * @example compareVersionTexts('7.0-rc2', '7.0.0') // 0
 */
export function compareVersionTexts(a: string, b: string): number {
  const [left, right] = [knownVersion(a), knownVersion(b)];
  return (
    Number(left.unstable) - Number(right.unstable) ||
    left.major - right.major ||
    left.minor - right.minor ||
    left.patch - right.patch ||
    early(left) - early(right)
  );
}
