import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds after which nobody is writing it any more: it takes a few. */
const old = 60_000;

/**
 * Takes away logins that a killed run was just writing in one of these folders: under a name that nobody reads, and of
 * a plan that was not begun or is undone. What cannot be taken away stays.
 */
export function sweepHalfWritten(folders: readonly string[]): void {
  for (const folder of new Set(folders)) {
    try {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        if (/^\.keyward-secrets-[0-9a-f]{18}$/.test(name) && Date.now() - statSync(path).mtimeMs > old)
          rmSync(path, { force: true });
      }
    } catch {
      // A folder that is not there has nothing in it.
    }
  }
}
