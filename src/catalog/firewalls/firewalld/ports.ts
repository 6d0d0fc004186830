import type { PortRange } from '../../../lang/packets/index.ts';
import type { Port } from './model.ts';

/** `6379` or `6000-7000`, in either order. */
export function readRange(text: string): PortRange | undefined {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim());
  if (!found) return undefined;
  const from = Number(found[1]);
  const to = Number(found[2] ?? found[1]);
  if (from > 65_535 || to > 65_535) return undefined;
  return from <= to ? [from, to] : [to, from];
}

export const portOf = (text: string, protocol: string): Port => ({ range: readRange(text), protocol, text });

/** What firewalld cannot take for a port: neither a number nor a name of a service. */
export const isNoPort = ({ text, range }: Port): boolean =>
  range === undefined && !/^[A-Za-z][\w+.-]{0,63}$/.test(text);

const numbers: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['ipip', 4],
  ['ipencap', 4],
  ['tcp', 6],
  ['egp', 8],
  ['udp', 17],
  ['dccp', 33],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['ipv6-icmp', 58],
  ['icmpv6', 58],
  ['ospf', 89],
  ['pim', 103],
  ['vrrp', 112],
  ['l2tp', 115],
  ['sctp', 132],
  ['udplite', 136],
]);

/** As in /etc/protocols; nothing for a name that is not known here. */
export const protocolOf = (text: string): number | undefined =>
  /^\d{1,3}$/.test(text) ? Number(text) : numbers.get(text.toLowerCase());
