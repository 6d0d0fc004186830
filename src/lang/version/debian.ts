/**
 * The order of Debian package versions, exactly as dpkg has it (Debian policy 5.6.12; dpkg's lib/dpkg/version.c).
 * Without it, `7.0.15-1~deb12u10` would come before `~deb12u7`, and `1.0~rc1` after `1.0`.
 */

export interface DebianVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

const digit = (code: number): boolean => code >= 48 && code <= 57;
const letter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** `~` sorts before the end of the text, letters before everything else. */
function weight(code: number): number {
  if (Number.isNaN(code) || digit(code)) return 0;
  if (code === 126) return -1;
  return letter(code) ? code : code + 256;
}

function compareParts(left: string, right: string): number {
  let [a, b] = [0, 0];
  while (a < left.length || b < right.length) {
    while (
      (a < left.length && !digit(left.charCodeAt(a))) ||
      (b < right.length && !digit(right.charCodeAt(b)))
    ) {
      const difference = weight(left.charCodeAt(a)) - weight(right.charCodeAt(b));
      if (difference !== 0) return difference;
      a += 1;
      b += 1;
    }
    const [endA, endB] = [endOfNumber(left, a), endOfNumber(right, b)];
    const difference = compareNumbers(left.slice(a, endA), right.slice(b, endB));
    if (difference !== 0) return difference;
    [a, b] = [endA, endB];
  }
  return 0;
}

function endOfNumber(text: string, from: number): number {
  let end = from;
  while (end < text.length && digit(text.charCodeAt(end))) end += 1;
  return end;
}

/** Numbers of any length, as text, so that no digit is lost. */
function compareNumbers(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')];
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** Splits `[epoch:]upstream[-revision]`. Never throws; an epoch that is no number counts as part of upstream. */
export function parseDebianVersion(text: string): DebianVersion {
  const trimmed = text.trim();
  const colon = trimmed.indexOf(':');
  const hasEpoch = colon > 0 && /^\d{1,9}$/.test(trimmed.slice(0, colon));
  const rest = hasEpoch ? trimmed.slice(colon + 1) : trimmed;
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? Number(trimmed.slice(0, colon)) : 0,
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}

/**
 * Negative, zero or positive, as `dpkg --compare-versions` decides.
 *
 * @example compareDebianVersions('5:7.0.15-1~deb12u10', '5:7.0.15-1~deb12u7') // > 0
 */
export function compareDebianVersions(left: string, right: string): number {
  const [a, b] = [parseDebianVersion(left), parseDebianVersion(right)];
  return a.epoch - b.epoch || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
}
