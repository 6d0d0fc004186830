import { join } from 'node:path/posix';
import type { FirewallText } from '../../model/firewall.ts';
import { namesIn, readBytes } from '../host/bounded-read.ts';
import { mostBytes } from './ask.ts';

/** Rules that the start of the host loads, by distribution: Debian, Red Hat, Alpine and Arch, nftables. */
const files: readonly (readonly [FirewallText['words'], string])[] = [
  ['iptables-save', '/etc/iptables/rules.v4'],
  ['ip6tables-save', '/etc/iptables/rules.v6'],
  ['iptables-save', '/etc/sysconfig/iptables'],
  ['ip6tables-save', '/etc/sysconfig/ip6tables'],
  ['iptables-save', '/etc/iptables/rules-save'],
  ['ip6tables-save', '/etc/iptables/rules6-save'],
  ['iptables-save', '/etc/iptables/iptables.rules'],
  ['ip6tables-save', '/etc/iptables/ip6tables.rules'],
  ['iptables-save', '/etc/iptables.rules'],
  ['iptables-save', '/etc/ufw/before.rules'],
  ['iptables-save', '/etc/ufw/user.rules'],
  ['iptables-save', '/etc/ufw/after.rules'],
  ['ip6tables-save', '/etc/ufw/before6.rules'],
  ['ip6tables-save', '/etc/ufw/user6.rules'],
  ['ip6tables-save', '/etc/ufw/after6.rules'],
  ['ipset-save', '/etc/iptables/ipsets'],
  ['ipset-save', '/etc/sysconfig/ipset'],
  ['nft', '/etc/nftables.conf'],
  ['nft', '/etc/sysconfig/nftables.conf'],
];
/** Where included files of nftables lie. */
const folders: readonly string[] = ['/etc/nftables.d', '/etc/nftables'];
const managers: Readonly<Record<string, string>> = { ufw: '/etc/ufw', firewalld: '/etc/firewalld' };

function textAt(root: string, path: string): string | undefined {
  try {
    const bytes = readBytes(join(root, path), mostBytes);
    // What may be longer is left out: half a rule set says something else.
    return bytes.length === mostBytes ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}

/** Files that bring rules back when the host starts, as they are. */
export function savedRules(root: string): readonly FirewallText[] {
  const included = folders.flatMap((folder) =>
    namesOf(join(root, folder))
      .filter((name) => /\.(?:nft|conf|rules)$/.test(name))
      .map((name) => ['nft', `${folder}/${name}`] as const),
  );
  return [...files, ...included].flatMap(([words, from]): readonly FirewallText[] => {
    const text = textAt(root, from);
    return text === undefined ? [] : [{ words, from, text }];
  });
}

function namesOf(folder: string): readonly string[] {
  try {
    return namesIn(folder, 64);
  } catch {
    return [];
  }
}

/** Programs of the host that keep rules in files of their own form. */
export const managersOf = (root: string): readonly string[] =>
  Object.entries(managers).flatMap(([name, folder]) =>
    namesOf(join(root, folder)).length > 0 ? [name] : [],
  );
