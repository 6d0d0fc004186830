import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditTargets, reportNames, reports, saveSnapshot, type Audit } from '../../src/index.ts';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { matrixServer } from '../live/support/servers.ts';

// Each secret of this server says what it is; none may be found anywhere in what comes out.
const canaries = {
  requirepass: 'CANARY-requirepass-Zq8',
  masterauth: 'CANARY-masterauth-Zq8',
  user: 'CANARY-user-password-Zq8',
  rename: 'CANARY-renamed-command-Zq8',
};

let server: RunningServer;
let audit: Audit;
const folder = mkdtempSync(join(tmpdir(), 'keyward-snapshot-'));
const file = join(folder, 'snapshot.json');

beforeAll(async () => {
  server = await matrixServer('redis-7.0').start([
    `requirepass ${canaries.requirepass}`,
    `masterauth ${canaries.masterauth}`,
    `user app on >${canaries.user} ~app:* +get`,
    `rename-command DEBUG ${canaries.rename}`,
  ]);
  audit = await auditTargets([`redis://default:${canaries.requirepass}@127.0.0.1:${server.port}`]);
  await saveSnapshot(file, audit);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('a snapshot', () => {
  it('holds facts of the server, its files and its host', () => {
    const [one] = audit.servers;
    const facts = one?.evidence.facts;
    expect([
      facts?.config.known,
      facts?.aclUsers.known,
      facts?.conf.known,
      facts?.process.known,
      facts?.listeners.known,
    ]).toEqual([true, true, true, true, true]);
  });

  it('gives the same audit again, offline', async () => {
    const again = await auditTargets([file]);
    expect(again.failures).toEqual([]);
    expect(JSON.parse(JSON.stringify(again.servers))).toEqual(JSON.parse(JSON.stringify(audit.servers)));
  });

  it('can be read by its owner only', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['{', '[]', '{"schema":"keyward.snapshot/1"}', '{"schema":"other/1","evidence":[]}', '\u0000'])(
    'is refused with words when it is %j',
    async (text) => {
      const bad = join(folder, 'bad.json');
      writeFileSync(bad, text);
      const { servers, failures } = await auditTargets([bad]);
      expect(servers).toEqual([]);
      expect(failures[0]?.problem).toContain('bad.json');
    },
  );
});

describe('a secret', () => {
  it('is measured', () => {
    const conf = audit.servers[0]?.evidence.facts.conf;
    expect(conf?.known && conf.value.settings.requirepass).toMatchObject({ secret: true });
  });

  it('is nowhere in a snapshot', () => {
    expect(readFileSync(file, 'utf8')).not.toContain('CANARY');
  });

  it.each(reportNames)('is nowhere in the %s report', async (name) => {
    const { render } = await reports[name].load();
    const text = render(audit, { color: false, width: 80, verbose: true });
    expect(text.length).toBeGreaterThan(200);
    expect(text).not.toContain('CANARY');
  });
});
