import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FirewallReport } from '../../src/index.ts';
import { keyward } from './keyward.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-firewall-'));
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  writeFileSync(
    at('rules.v4'),
    `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -s 203.0.113.0/24 -p tcp --dport 6379 -m set --match-set friends src -j ACCEPT
-A INPUT -s 10.0.0.0/8 -p tcp --dport 6379 -j ACCEPT
COMMIT
`,
  );
  writeFileSync(at('sets'), 'create friends hash:ip\nadd friends 203.0.113.9\n');
  writeFileSync(
    at('ruleset.nft'),
    'table inet f {\n  chain in {\n    type filter hook input priority 0; policy drop;\n    iif "lo" accept\n    ip6 saddr 2001:db8::/64 tcp dport 6380 accept\n  }\n}\n',
  );
  writeFileSync(at('cut.json'), '{"nftables": [{"table": ');
});
afterAll(() => rmSync(folder, { recursive: true }));

const show = async (...args: readonly string[]) => {
  const { code: status, out: stdout } = await keyward(['firewall', ...args, '--format', 'json']);
  const report = JSON.parse(stdout) as FirewallReport;
  return {
    status,
    rows: report.servers.flatMap(({ origins }) =>
      origins.map(({ label, refused, certainty, because }) => ({ label, refused, certainty, because })),
    ),
    report,
  };
};

describe('keyward firewall, asked about files', () => {
  const rules = ['--file', at('rules.v4'), '--file', at('sets')];

  it('show: who reaches the port, and by which line', async () => {
    const { status, rows } = await show(
      'show',
      ...rules,
      '--address',
      '10.0.0.5/24',
      '--office',
      'vpn=10.0.0.0/8',
    );
    expect(status).toBe(1);
    const [first] = rows;
    expect(first?.certainty).toBe('certain');
    expect(first?.label).toContain('203.0.113.9');
    expect(first?.because.join()).toContain(`(${at('rules.v4')}:`);
    const text = await keyward(['firewall', 'show', ...rules]);
    expect(text.out.replaceAll(/\s+/g, ' ')).toContain('all others are refused by :INPUT DROP');
  });

  it.each([
    ['203.0.113.9', 1, /let through by -A INPUT -s 203\.0\.113\.0\/24/],
    ['203.0.113.10', 0, /refused by :INPUT DROP/],
    ['10.9.9.9', 1, /let through by -A INPUT -s 10\.0\.0\.0\/8/],
  ])('why %s', async (source, status, words) => {
    const said = await keyward(['firewall', 'why', source, ...rules]);
    expect(said.out.replaceAll(/\s+/g, ' ')).toMatch(words);
    expect(said.code).toBe(status);
  });

  it('other ports and nftables', async () => {
    const { status, rows } = await show('show', '--file', at('ruleset.nft'), '--port', '6380');
    expect(status).toBe(1);
    expect(rows.filter(({ refused, label }) => refused === undefined && label !== 'this host')).toMatchObject(
      [{ label: 'the network 2001:db8::/64' }],
    );
  });

  it('a file that was cut off is said to be, and nobody is called kept out', async () => {
    const { status, rows, report } = await show('show', '--file', at('cut.json'));
    expect(status).toBe(2);
    expect(report.servers[0]?.problems.join()).toContain('not JSON');
    expect(rows.every(({ refused, certainty }) => refused === undefined && certainty === 'possible')).toBe(
      true,
    );
  });

  it.each([
    [['why', 'nobody', '--file', 'x'], /neither an address nor a network/],
    [['show', '--file', at('none')], /cannot be read/],
    [['show', '--file', at('rules.v4'), '--port', '70000'], /must be a port/],
    [['show', '--file', at('rules.v4'), '--office', 'x=y'], /is no network/],
    [['show', '--file', at('rules.v4'), '--address', 'here'], /is no address/],
  ])('%j is refused in a sentence', async (args, words) => {
    const { code: status, err: stderr } = await keyward(['firewall', ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(words);
  });
});
