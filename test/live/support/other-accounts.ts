import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The first folder on the way to this checkout that other accounts may not enter: such as a home folder. */
function closedFolder(): string | undefined {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o005) !== 0o005) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

const closed = closedFolder();

/** Why another account cannot start the servers of this checkout; for the title of what is skipped. Empty where it can. */
export const keptFromOthers: string =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : closed === undefined
      ? ''
      : ` (skipped: other accounts may not enter ${closed}; use a checkout that they may)`;

/** The same of servers behind walls, which hide the homes of users and have a /tmp of their own. */
export const hiddenByWalls: string = /^\/(?:root|home|run\/user|tmp)\//.test(import.meta.dirname)
  ? ' (skipped: walls hide a checkout below /root, /home and /tmp)'
  : keptFromOthers;
