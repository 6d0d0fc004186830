import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { matrixServer } from '../support/servers.ts';
import { see, valueOf } from './sight.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-conf-'));
const data = join(folder, 'data');

beforeAll(async () => {
  mkdirSync(data);
  const { server } = await makeCertificates();
  writeFileSync(join(data, 'server.crt'), server.cert);
  writeFileSync(join(data, 'server.key'), server.key);
  writeFileSync(
    join(data, 'users.acl'),
    'user default on nopass ~* &* +@all\nuser app on >x-9Kq ~app:* +get\n',
  );
  writeFileSync(
    join(folder, 'redis.conf'),
    `port 0\nunixsocket ${folder}/s\ndir ${data}\naclfile users.acl\ntls-cert-file server.crt\ntls-key-file server.key\ntls-ca-cert-file server.crt\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('files that a configuration names without a folder', () => {
  it('are those of `dir`, where the server opens them', async () => {
    const { server } = await see(join(folder, 'redis.conf'));
    const { facts } = server.evidence;
    expect(valueOf(facts.aclFile).users.map(({ name }) => name)).toEqual(['default', 'app']);
    expect(valueOf(facts.certificates).map(({ path }) => path)).toContain(join(data, 'server.crt'));
  });

  it('are the same that the running server has', async () => {
    const running = await matrixServer('redis-7.0').start(({ dir }) => {
      writeFileSync(
        join(dir, 'users.acl'),
        'user default on nopass ~* &* +@all\nuser app on >x-9Kq ~app:* +get\n',
      );
      return ['aclfile users.acl'];
    });
    try {
      const { server } = await see(`redis://127.0.0.1:${running.port}`);
      const { facts } = server.evidence;
      const live = valueOf(facts.aclUsers).map(({ name, passwords }) => [name, passwords.length]);
      expect(valueOf(facts.aclFile).users.map(({ name, passwords }) => [name, passwords.length])).toEqual(
        expect.arrayContaining(live),
      );
    } finally {
      await running.stop();
    }
  });
});
