import { parseVersion, type Version } from '../../lang/version/index.ts';

const read = new Map<string, Version | undefined>();

/** A version that stands in our own data, read once: every audit compares with all of them. Not for what a server says. */
export function readOnce(text: string): Version | undefined {
  const found = read.get(text);
  if (found !== undefined || read.has(text)) return found;
  const version = parseVersion(text);
  read.set(text, version);
  return version;
}
