import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auditTargets,
  examine,
  loadSnapshot,
  reportNames,
  reports,
  saveSnapshot,
  type Audit,
} from '../../src/index.ts';
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

type Loose = Record<string, unknown>;
interface LooseSnapshot extends Loose {
  readonly evidence: (Loose & { readonly facts: Record<string, Loose> })[];
}

/** What is made of the snapshot after `change`. */
async function loaded(change: (snapshot: LooseSnapshot) => unknown): ReturnType<typeof loadSnapshot> {
  const snapshot = JSON.parse(readFileSync(file, 'utf8')) as LooseSnapshot;
  const bad = join(folder, 'changed.json');
  writeFileSync(bad, JSON.stringify(change(snapshot) ?? snapshot));
  return loadSnapshot(bad);
}
const problemOf = async (change: (snapshot: LooseSnapshot) => unknown): Promise<string> => {
  const outcome = await loaded(change);
  return 'problem' in outcome ? outcome.problem : 'it was taken';
};
const first = ({ evidence: [one] }: LooseSnapshot): LooseSnapshot['evidence'][number] => {
  if (!one) throw new Error('the snapshot is empty');
  return one;
};

describe('a snapshot of another version', () => {
  it.each([
    ['of another format', 'keyward.snapshot/2', /another format \(2; this Keyward reads 1\)/],
    ['of a format with a long number', `keyward.snapshot/${'9'.repeat(5000)}`, /is no snapshot \(schema/],
    ['that is a report', 'keyward.audit/1', /is no snapshot but a JSON report/],
  ])('%s is refused and told what it is', async (_, schema, problem) => {
    expect(await problemOf((snapshot) => ({ ...snapshot, schema }))).toMatch(problem);
  });

  it('that had fewer facts is audited, and they are unknown', async () => {
    const outcome = await loaded((snapshot) => {
      for (const name of ['hostSigns', 'aclUsers', 'commandReply']) delete first(snapshot).facts[name];
    });
    if ('problem' in outcome) throw new Error(outcome.problem);
    const [evidence] = outcome.evidence;
    expect(evidence?.facts.hostSigns).toMatchObject({ known: false, why: 'not-asked' });
    if (evidence) expect((await examine('old', evidence)).findings.length).toBeGreaterThan(3);
  });

  it('that knew more is audited without it', async () => {
    const outcome = await loaded((snapshot) => {
      snapshot['more'] = 1;
      first(snapshot)['more'] = { deep: [1] };
      first(snapshot).facts['moons'] = { known: true, value: 2, source: 'MOONS', phase: 1 };
      first(snapshot).facts['endpoint'] = {
        ...first(snapshot).facts['endpoint'],
        value: { address: 'a', local: true, newer: { x: 1 } },
      };
    });
    if ('problem' in outcome) throw new Error(outcome.problem);
    expect(outcome.evidence[0]?.facts.endpoint).toMatchObject({ value: { address: 'a', local: true } });
    expect(JSON.stringify(outcome.evidence)).not.toMatch(/"(more|moons|newer)"/);
  });
});

describe('a damaged snapshot', () => {
  const change = (name: string, value: unknown) => (snapshot: LooseSnapshot) => {
    first(snapshot).facts[name] = { known: true, value, source: 's' };
  };

  it.each([
    ['info', [], '/evidence/0/facts/info/value must be an object'],
    ['info', { a: 7 }, '/evidence/0/facts/info/value/a must be text'],
    ['whoami', null, '/evidence/0/facts/whoami/value must be text'],
    ['door', 'ajar', '/evidence/0/facts/door/value must be one of open, login,'],
    ['modules', [{ name: 'x' }], '/evidence/0/facts/modules/value/0 lacks "version"'],
    ['aclUsers', { length: 3 }, '/evidence/0/facts/aclUsers/value must be a list'],
    ['indicatorKeys', Array(100_001).fill(''), '/facts/indicatorKeys/value has more than 100000 entries'],
    ['whoami', 'x'.repeat(1_048_577), '/facts/whoami/value is longer than 1048576 characters'],
    ['commandReply', { sameAs: 0 }, '/evidence/0/facts/commandReply/value/sameAs points to a server without'],
    ['commandReply', { sameAs: 7 }, '/evidence/0/facts/commandReply/value/sameAs points to a server without'],
    ['commandReply', { sameAs: -1 }, '/evidence/0/facts/commandReply/value/sameAs must be 0 or more'],
    ['config', { requirepass: { secret: false } }, '/facts/config/value/requirepass '],
  ])('says where %s is wrong', async (name, value, words) => {
    const problem = await problemOf(change(name, value));
    expect(problem).toContain(words);
    expect(problem).toMatch(
      /changed\.json is no snapshot as Keyward saves them.*: make a new one with keyward audit --save$/,
    );
    expect(problem.length).toBeLessThan(500);
  });

  it('is told without what stands in it', async () => {
    const problem = await problemOf(
      change('info', { [`\u001b[2J${'k'.repeat(9000)}`]: 7, CANARY: 'CANARY' }),
    );
    expect(problem).toContain('\\x1b[2J');
    expect(problem).not.toMatch(/\u001b|CANARY/);
    expect(problem.length).toBeLessThan(500);
  });

  it.each(['2026-13-01T00:00:00Z', 'today', '2026-01-01', '2026-01-01T00:00:00Z\n', 7])(
    'has no time of collection in %j',
    async (collectedAt) => {
      expect(await problemOf((snapshot) => Object.assign(first(snapshot), { collectedAt }))).toContain(
        'is no snapshot',
      );
    },
  );

  it('with names that mean something to JavaScript is only text', async () => {
    const text = readFileSync(file, 'utf8').replace(
      '"redis_version":',
      '"__proto__":"x","constructor":"y","toString":"z","hasOwnProperty":"w","redis_version":',
    );
    const odd = join(folder, 'odd.json');
    writeFileSync(odd, text);
    const { servers, failures } = await auditTargets([odd]);
    expect(failures).toEqual([]);
    const info = servers[0]?.evidence.facts.info;
    expect(info?.known && Object.keys(info.value)).not.toContain('__proto__');
    expect(servers[0]?.findings.length).toBe(audit.servers[0]?.findings.length);
  });
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
