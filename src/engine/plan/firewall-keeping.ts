import { families, ufwFiles, zoneFile, zonesIn } from '../../catalog/firewalls/print/index.ts';
import type { Action, FirewallFacts, FirewallText } from '../../model/index.ts';
import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';
import type { OurRules } from './firewall-network.ts';

type Keep = Extract<Action, { do: 'keep-firewall' }>;

/** Pairs of files that the start of a host loads: Debian, Red Hat, Alpine. */
const pairs = [
  ['/etc/iptables/rules.v4', '/etc/iptables/rules.v6'],
  ['/etc/sysconfig/iptables', '/etc/sysconfig/ip6tables'],
  ['/etc/iptables/rules-save', '/etc/iptables/rules6-save'],
] as const;
const nftFiles = ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf'];

/** How our rules come back when the host starts, as its distribution does it; or why they do not. */
export function kept(
  node: string,
  { saved }: FirewallFacts,
  live: readonly FirewallText[],
  ours: readonly OurRules[],
  contained: boolean,
): { readonly does: readonly Keep[] } | { readonly why: string } {
  if (contained)
    return { why: 'The server and Keyward are in one container: its rules are gone when it starts anew' };
  const does: Keep[] = [];
  for (const { backend, ports, allow } of ours) {
    const base = { do: 'keep-firewall', node, backend, ports, allow } as const;
    if (backend === 'nft') {
      const file = saved.find((one) => nftFiles.includes(one.from) && isLoaded(one, live));
      if (file === undefined) return { why: lost };
      does.push({ ...base, path: file.from, words: 'nft' });
      continue;
    }
    if (backend === 'ufw') {
      const missing = families.find((family) => !saved.some(({ from }) => from === ufwFiles[family]));
      if (missing !== undefined) return { why: `${ufwFiles[missing]}, which ufw loads, was not read` };
      for (const family of families)
        does.push({
          ...base,
          path: ufwFiles[family],
          words: family === 'ipv4' ? 'iptables-save' : 'ip6tables-save',
        });
      continue;
    }
    if (backend === 'firewalld') {
      for (const zone of zonesIn(ruleSetsOf(live)))
        does.push({ ...base, path: zoneFile(zone), words: 'firewalld-zone' });
      continue;
    }
    const pair = pairs.find(([four]) => saved.some(({ from }) => from === four));
    if (pair === undefined) return { why: lost };
    for (const [at, family] of families.entries())
      does.push({
        ...base,
        path: pair[at] ?? pair[0],
        words: family === 'ipv4' ? 'iptables-save' : 'ip6tables-save',
      });
  }
  return { does };
}

/** A file that lies there and that nobody loads brings nothing back: its tables are those of the kernel. */
function isLoaded(file: FirewallText, live: readonly FirewallText[]): boolean {
  const names = (texts: readonly FirewallText[]): readonly string[] =>
    ruleSetsOf(texts).flatMap(({ tables }) => tables.map(({ name }) => name));
  const there = new Set(names(live.filter(({ words }) => words === 'nft-json' || words === 'nft')));
  const wanted = names([file]);
  return wanted.length > 0 && wanted.every((name) => there.has(name));
}

const lost =
  'The rules would be lost when the host starts anew: nothing that loads rules of ours at boot was found';
