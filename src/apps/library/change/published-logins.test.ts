import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecrets, writeSecrets, type SecretsFile } from '../../../adapters/journal/secrets-file.ts';
import { formerSecretsOf, ownSecretsOf, recallLogins } from './published-logins.ts';

const fileOf = (plan: string, passwords: Readonly<Record<string, string>>): SecretsFile => ({
  schema: 'keyward.secrets/1',
  plan,
  secrets: Object.fromEntries(
    Object.entries(passwords).map(([user, password]) => [`user:${user}`, { user, password }]),
  ),
});

describe('the file from which clients take their logins', () => {
  let folder: string;
  let journal: string;
  let published: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-published-'));
    journal = join(folder, 'p.jsonl');
    published = join(folder, 'logins.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const passwords = () =>
    Object.values(readSecrets(published)?.secrets ?? {}).map(({ user, password }) => `${user} ${password}`);

  it('goes where there was none, and a second time changes nothing', () => {
    for (const path of [ownSecretsOf(journal), published]) writeSecrets(path, fileOf('p', { app: 'new' }));
    expect(recallLogins(journal, published)).toBe(true);
    expect(existsSync(published)).toBe(false);
    expect(recallLogins(journal, published)).toBe(false);
  });

  it('says again what it said before, byte for byte', () => {
    const former = fileOf('earlier', { app: 'old', other: 'same' });
    writeSecrets(published, former);
    const bytes = readFileSync(published);
    writeSecrets(formerSecretsOf(journal), former);
    for (const path of [ownSecretsOf(journal), published])
      writeSecrets(path, fileOf('p', { app: 'new', other: 'same', admin: 'made' }));
    expect(recallLogins(journal, published)).toBe(true);
    expect(readFileSync(published)).toEqual(bytes);
    expect(recallLogins(journal, published)).toBe(false);
  });

  it('keeps what a later plan or a person put there', () => {
    writeSecrets(ownSecretsOf(journal), fileOf('p', { app: 'new', admin: 'made' }));
    writeSecrets(published, fileOf('later', { app: 'newer', admin: 'made', guest: 'theirs' }));
    expect(recallLogins(journal, published)).toBe(true);
    expect(passwords()).toEqual(['app newer', 'guest theirs']);
    expect(readSecrets(published)?.plan).toBe('later');
  });

  it('stays as it is where the plan never came to tell anybody', () => {
    writeSecrets(ownSecretsOf(journal), fileOf('p', { app: 'new' }));
    writeSecrets(published, fileOf('earlier', { app: 'old' }));
    expect(recallLogins(journal, published)).toBe(false);
    expect(recallLogins(journal, undefined)).toBe(false);
    expect(passwords()).toEqual(['app old']);
  });
});
