import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../../schemas/snapshot.schema.json' with { type: 'json' };
import { auditTargets, loadSnapshot, saveSnapshot, type AuditOptions } from '../../../src/index.ts';
import { hostileKinds, hostileServer } from '../../replay/index.ts';
import {
  makeCertificates,
  tlsDirectives,
  writeCertificates,
  type CertificateFiles,
} from '../support/certificates.ts';
import { matrix } from '../support/servers.ts';

const strictly = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
const folder = mkdtempSync(join(tmpdir(), 'keyward-saved-'));
let files: CertificateFiles;
beforeAll(async () => {
  files = writeCertificates(await makeCertificates());
});
afterAll(() => {
  files.remove();
  rmSync(folder, { recursive: true });
});

/** Saved, it is what the schema says, to the last property, and comes back as it was. */
async function expectFaithful(name: string, target: string, options: AuditOptions = {}): Promise<void> {
  const audit = await auditTargets([target], options);
  expect(audit.servers.length, JSON.stringify(audit.failures)).toBe(1);
  const path = join(folder, `${name}.json`);
  await saveSnapshot(path, audit);
  const saved: unknown = JSON.parse(readFileSync(path, 'utf8'));
  expect(strictly(saved) ? [] : strictly.errors, name).toEqual([]);
  expect(await loadSnapshot(path)).toEqual({ evidence: (saved as { evidence: unknown }).evidence });
}

describe.each(matrix.map((server) => [server.name, server] as const))('%s as a snapshot', (name, server) => {
  const hasUsers = server.product === 'valkey' || server.atLeast(6, 0);

  it('is faithful: plain, as a node of a cluster, as a Sentinel, behind TLS', async () => {
    const plain = await server.start([
      'requirepass pass-of-the-test',
      'rename-command DEBUG hidden-9',
      ...(hasUsers ? ['user app on >app-pass ~app:* +@read -get', 'aclfile ""'] : []),
    ]);
    const running = [plain];
    try {
      const node = await server.start(['cluster-enabled yes']);
      running.push(node);
      const sentinel = await server.start([`sentinel monitor main 127.0.0.1 ${plain.port} 1`], {
        sentinel: true,
      });
      running.push(sentinel);
      await expectFaithful(`${name}-plain`, `redis://:pass-of-the-test@127.0.0.1:${plain.port}`);
      await expectFaithful(`${name}-locked`, `redis://127.0.0.1:${plain.port}`);
      await expectFaithful(`${name}-remote`, `redis://127.0.0.1:${plain.port}`, { host: false });
      await expectFaithful(`${name}-file`, plain.configFile);
      await expectFaithful(`${name}-node`, `redis://127.0.0.1:${node.port}`);
      await expectFaithful(`${name}-sentinel`, `redis://127.0.0.1:${sentinel.port}`);
      if (!hasUsers) return;
      const secret = await server.start(({ tlsPort }) => [
        'port 0',
        ...tlsDirectives(files, tlsPort, 'server', 'no'),
      ]);
      running.push(secret);
      await expectFaithful(`${name}-tls`, `rediss://127.0.0.1:${secret.tlsPort}`, {
        tls: { ca: files.authority, insecure: false },
      });
    } finally {
      await Promise.all(running.map((one) => one.stop()));
    }
  });
});

describe('a server that sends what it should not', () => {
  it('can still be saved and audited again, when it could be audited', async () => {
    let saved = 0;
    for (const kind of hostileKinds) {
      const server = await hostileServer(kind);
      try {
        const options = { host: false, timeout: 400 };
        const audit = await auditTargets([`redis://127.0.0.1:${server.port}`], options);
        if (audit.servers.length === 0) continue;
        const path = join(folder, 'hostile.json');
        await saveSnapshot(path, audit);
        expect(await loadSnapshot(path), kind).not.toHaveProperty('problem');
        saved++;
      } finally {
        await server.stop();
      }
    }
    expect(saved).toBeGreaterThan(1);
  });
});
