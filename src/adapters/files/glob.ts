import { readdirSync } from 'node:fs';
import { join } from 'node:path/posix';
import { matchesGlob } from '../../lang/acl/index.ts';
import { resolveInside } from '../host/index.ts';

const isPattern = (text: string): boolean => /[*?[]/.test(text);
const maxMatches = 4096;

/** Names in a folder of `root`, or none: glob(3) passes over what it may not list. */
function namesIn(root: string, folder: string): readonly string[] {
  try {
    return readdirSync(resolveInside(root, folder).path);
  } catch {
    return [];
  }
}

/**
 * Files that a pattern of `include` names, sorted as glob(3) sorts them: by bytes, a leading dot only when written.
 * Paths are those that the server sees.
 */
export function expandGlob(pattern: string, root = '/'): readonly string[] {
  let found: readonly string[] = ['/'];
  for (const part of pattern.split('/').filter(Boolean)) {
    found = found.flatMap((folder) => {
      if (!isPattern(part)) return [join(folder, part)];
      return namesIn(root, folder)
        .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && matchesGlob(part, name))
        .map((name) => join(folder, name));
    });
    if (found.length > maxMatches) found = found.slice(0, maxMatches);
  }
  return found.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
