import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecrets, secretsFor, writeSecrets } from './secrets-file.ts';

let path = '';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-secrets-'));
  path = join(folder, 'secrets.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const requests = [{ id: 'user:app', label: 'password of user app', user: 'app' }];

describe('the secrets file', () => {
  it('gets a new secret of 256 bits for each request, mode 0600', () => {
    const file = secretsFor('p1', requests, undefined);
    writeSecrets(path, file);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readSecrets(path)).toEqual(file);
    expect(file.secrets['user:app']?.password).toMatch(/^[\w-]{43}$/);
    expect(secretsFor('p1', requests, undefined)).not.toEqual(file);
  });

  it('keeps and uses what it has', () => {
    const had = secretsFor('p1', requests, undefined);
    const more = secretsFor('p2', [...requests, { id: 'user:admin', label: '', user: 'admin' }], had);
    expect(more.secrets['user:app']).toEqual(had.secrets['user:app']);
    expect(Object.keys(more.secrets)).toEqual(['user:app', 'user:admin']);
  });

  it('is not read where others may read it, and what it says of broken ones repeats nothing of them', () => {
    expect(readSecrets(path)).toBeUndefined();
    writeFileSync(
      path,
      '{"schema":"keyward.secrets/1","plan":"p","secrets":{"a":{"user":"u","password":""}}}',
      {
        mode: 0o600,
      },
    );
    expect(() => readSecrets(path)).toThrow(/needs a user and a password/);
    writeFileSync(path, 'hunter2 is no JSON');
    expect(() => readSecrets(path)).toThrow(/no file of secrets(?!.*hunter2)/);
    chmodSync(path, 0o640);
    expect(() => readSecrets(path)).toThrow(/may be read by others.*chmod 600/);
  });
});
