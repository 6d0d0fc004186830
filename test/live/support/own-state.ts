/** Journals and locks of a test in a folder of its own: the machine's are never touched. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** For the tests of this file, or of the `describe` that it is called in; removed after them. */
export function ownState(): void {
  const before = process.env['KEYWARD_STATE'];
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-state-'));
    process.env['KEYWARD_STATE'] = folder;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (before === undefined) delete process.env['KEYWARD_STATE'];
    else process.env['KEYWARD_STATE'] = before;
  });
}
