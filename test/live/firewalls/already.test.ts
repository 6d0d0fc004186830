/** What the planner takes for our rules is what the kernel lists once they are there. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { iptablesChange, iptablesPart, nftPart } from '../../../src/catalog/firewalls/print/index.ts';
import { areThere } from '../../../src/engine/plan/firewall-already.ts';
import type { FirewallLayer, FirewallText } from '../../../src/model/index.ts';
import { whyNoFirewallHost } from '../support/firewall-host.ts';
import { iptablesTools } from '../support/iptables-tools.ts';
import { nftTool } from '../../../scripts/tools/nft-tools.ts';

const why = whyNoFirewallHost();
const iptables = why === undefined ? await iptablesTools() : { missing: why };
const nft = why === undefined ? await nftTool() : { missing: why };
const lacks = 'missing' in iptables ? iptables.missing : 'missing' in nft ? nft.missing : undefined;

/** In a network of its own: what is loaded there is gone with it. */
function listed(script: string, input: string, env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-ec', script], {
    env,
    input,
    encoding: 'utf8',
  });
  expect(stderr).not.toMatch(/rror/);
  expect(status).toBe(0);
  return stdout;
}

const layer = (rules: readonly FirewallText[]): FirewallLayer => ({
  network: 'server',
  rules,
  interfaces: [],
  forwarding: { ipv4: false, ipv6: false },
  filtersBridges: false,
  unread: [],
});
const parts = [
  { ports: [6379], allow: ['10.0.0.5', '10.0.0.0/24', 'fd00::/8'] },
  { ports: [6390, 16_390], allow: ['192.168.1.1', '::1'] },
  { ports: [7000], allow: [] },
];

describe.skipIf(lacks !== undefined)(`rules of ours that are there${lacks ? ` (${lacks})` : ''}`, () => {
  it.each(parts)('of nftables: ports $ports', (part) => {
    if ('missing' in nft) return;
    const ours = { ...part, backend: 'nft' } as const;
    for (const words of ['nft-json', 'nft'] as const) {
      const text = listed(
        `"${nft.program}" -f -; "${nft.program}" ${words === 'nft' ? '' : '-j'} list ruleset`,
        nftPart(part),
        nft.env,
      );
      const there = layer([{ words, from: 'nft', text }]);
      expect(areThere(there, [ours])).toBe(true);
      expect(areThere(there, [{ ...ours, allow: [...part.allow, '203.0.113.1'] }])).toBe(false);
      expect(areThere(there, [{ ...ours, ports: [...part.ports, 9] }])).toBe(false);
    }
  });

  it.each(parts.flatMap((part) => (['nft', 'legacy'] as const).map((over) => ({ ...part, over }))))(
    'of iptables over $over: ports $ports',
    ({ over, ...part }) => {
      if ('missing' in iptables) return;
      const ours = { ...part, backend: 'iptables' } as const;
      const texts = (['ipv4', 'ipv6'] as const).map((family): FirewallText => {
        const program = iptables.program(`${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${over}`);
        const wanted = iptablesPart(part, family, false);
        const change = iptablesChange({ jumps: [] }, wanted, part.ports[0] ?? 0, false) ?? '';
        const text = listed(
          `"${program}-restore" --noflush; "${program}-save"`,
          `*nat\n-A INPUT -j ACCEPT\nCOMMIT\n${change}`,
          iptables.env,
        );
        return { words: family === 'ipv4' ? 'iptables-save' : 'ip6tables-save', from: 'iptables', text };
      });
      expect(areThere(layer(texts), [ours])).toBe(true);
      expect(areThere(layer(texts), [{ ...ours, allow: [...part.allow, '203.0.113.1'] }])).toBe(false);
      expect(areThere(layer(texts.slice(1)), [ours])).toBe(false);
    },
  );
});
