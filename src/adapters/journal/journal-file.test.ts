import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../model/index.ts';
import { createJournal, readJournal, reopenJournal } from './journal-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const confirmed: Entry = { entry: 'confirmed', at: '2026-01-01T00:00:00Z' };
const ended: Entry = { entry: 'end', at: '2026-01-01T00:00:01Z', outcome: { kind: 'done' } };

describe('a journal', () => {
  it('holds what was appended, and may be read by its owner only', async () => {
    const path = join(folder, 'j.jsonl');
    const journal = createJournal(path);
    await journal.append(confirmed);
    await journal.append(ended);
    journal.close();
    expect(readJournal(path).entries).toEqual([confirmed, ended]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is not made anew where there is one', () => {
    const path = join(folder, 'j.jsonl');
    createJournal(path).close();
    expect(() => createJournal(path)).toThrow(/EEXIST/);
  });

  it('that was cut in the middle of an entry counts up to the one before, and goes on from there', async () => {
    const path = join(folder, 'j.jsonl');
    const journal = createJournal(path);
    await journal.append(confirmed);
    journal.close();
    appendFileSync(path, '{"entry":"end","at":');
    const read = readJournal(path);
    expect(read.entries).toEqual([confirmed]);
    expect(read.problem).toBeUndefined();
    const again = reopenJournal(path, read.whole);
    await again.append(ended);
    again.close();
    expect(readJournal(path).entries).toEqual([confirmed, ended]);
  });

  it('with nonsense in the middle is read up to it, and says where it is', async () => {
    const path = join(folder, 'j.jsonl');
    writeFileSync(path, `${JSON.stringify(confirmed)}\nnonsense\n${JSON.stringify(ended)}\n`);
    const read = readJournal(path);
    expect(read.entries).toEqual([confirmed]);
    expect(read.problem).toContain(`${path}, line 2`);
  });

  it('on a full disk says so, takes nothing more, and is read up to the last whole entry', async () => {
    const file = reopenJournal('/dev/full', 0);
    await expect(file.append(confirmed)).rejects.toThrow(/ENOSPC/);
    await expect(file.append(confirmed)).rejects.toThrow(/before/);
    file.close();
  });
});
