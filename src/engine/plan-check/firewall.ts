import { fromCidr } from '../../lang/packets/index.ts';
import { isZoneFile, ufwFiles } from '../../catalog/firewalls/print/index.ts';
import type { Action, KeptWords, PlanNode } from '../../model/index.ts';

type OfFirewall = Extract<Action, { do: 'set-firewall' | 'keep-firewall' }>;

/** Files that the start of a host reads, in whose words they are. */
const files: Readonly<Record<Exclude<KeptWords, 'firewalld-zone'>, readonly string[]>> = {
  'iptables-save': ['/etc/iptables/rules.v4', '/etc/sysconfig/iptables', '/etc/iptables/rules-save'],
  'ip6tables-save': ['/etc/iptables/rules.v6', '/etc/sysconfig/ip6tables', '/etc/iptables/rules6-save'],
  nft: ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf', '/etc/nftables.nft'],
};

/** Ports that servers of the family use: their own, TLS beside it, the bus, Sentinel. The target's own is always one. */
const isOfServers = (port: number, { target }: PlanNode): boolean =>
  port >= 1024 || (target.kind === 'tcp' && target.port === port);

/** What is wrong with rules that a plan wants, in words. */
export function firewallProblem(action: OfFirewall, node: PlanNode): string | undefined {
  const { ports, allow } = action;
  if (ports.length === 0 || ports.length > 15 || new Set(ports).size !== ports.length)
    return 'it is for between 1 and 15 ports, each once';
  if (!ports.every((port) => Number.isSafeInteger(port) && port >= 1 && port <= 65_535 && port !== 22))
    return 'one of its ports is none, or the one that people log in by';
  if (!ports.every((port) => isOfServers(port, node))) return 'one of its ports is not of a server';
  if (allow.length > 1000) return 'more than 1,000 sources';
  if (!allow.every((text) => fromCidr(text) !== undefined)) return 'one of its sources is no address';
  if (action.do === 'set-firewall') return undefined;
  const { words, backend } = action;
  if ((words === 'nft') !== (backend === 'nft') || (words === 'firewalld-zone') !== (backend === 'firewalld'))
    return 'its file is in words of another program';
  return isLoaded(action) ? undefined : 'this is no file from which rules are loaded when a host starts';
}

function isLoaded({ words, backend, path }: Extract<OfFirewall, { do: 'keep-firewall' }>): boolean {
  if (words === 'firewalld-zone') return isZoneFile(path);
  if (backend === 'ufw') return path === ufwFiles[words === 'iptables-save' ? 'ipv4' : 'ipv6'];
  return files[words].includes(path);
}
