/** Words of nft and the numbers that they stand for: protocols, connection states, flags, priorities, packet types. */
export const protocols: ReadonlyMap<string, number> = new Map([
  ['ip', 0],
  ['hopopt', 0],
  ['icmp', 1],
  ['igmp', 2],
  ['ggp', 3],
  ['ipencap', 4],
  ['st', 5],
  ['tcp', 6],
  ['egp', 8],
  ['igp', 9],
  ['pup', 12],
  ['udp', 17],
  ['hmp', 20],
  ['xns-idp', 22],
  ['rdp', 27],
  ['iso-tp4', 29],
  ['dccp', 33],
  ['xtp', 36],
  ['ddp', 37],
  ['idpr-cmtp', 38],
  ['ipv6', 41],
  ['ipv6-route', 43],
  ['ipv6-frag', 44],
  ['idrp', 45],
  ['rsvp', 46],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['skip', 57],
  ['ipv6-icmp', 58],
  ['ipv6-nonxt', 59],
  ['ipv6-opts', 60],
  ['rspf', 73],
  ['vmtp', 81],
  ['eigrp', 88],
  ['ospf', 89],
  ['ax.25', 93],
  ['ipip', 94],
  ['etherip', 97],
  ['encap', 98],
  ['pim', 103],
  ['ipcomp', 108],
  ['vrrp', 112],
  ['l2tp', 115],
  ['isis', 124],
  ['sctp', 132],
  ['fc', 133],
  ['mobility-header', 135],
  ['udplite', 136],
  ['mpls-in-ip', 137],
  ['manet', 138],
  ['hip', 139],
  ['shim6', 140],
  ['wesp', 141],
  ['rohc', 142],
  ['ethernet', 143],
  ['icmpv6', 58],
]);

/** Ethernet types. */
export const etherTypes: ReadonlyMap<string, number> = new Map([
  ['ip', 0x0800],
  ['arp', 0x0806],
  ['ip6', 0x86dd],
  ['vlan', 0x8100],
  ['8021q', 0x8100],
  ['8021ad', 0x88a8],
]);
export const netfilterFamilies: ReadonlyMap<string, number> = new Map([
  ['ipv4', 2],
  ['ipv6', 10],
  ['ip', 2],
  ['ip6', 10],
  ['inet', 1],
  ['arp', 3],
  ['netdev', 5],
  ['bridge', 7],
]);
/** Bits of `ct state`. */
export const ctStates: ReadonlyMap<string, number> = new Map([
  ['invalid', 1],
  ['established', 2],
  ['related', 4],
  ['new', 8],
  ['untracked', 64],
]);
/** Bits of `ct status`. */
export const ctStatuses: ReadonlyMap<string, number> = new Map([
  ['expected', 1],
  ['seen-reply', 2],
  ['assured', 4],
  ['confirmed', 8],
  ['snat', 16],
  ['dnat', 32],
  ['dying', 512],
]);
export const tcpFlags: ReadonlyMap<string, number> = new Map([
  ['fin', 1],
  ['syn', 2],
  ['rst', 4],
  ['psh', 8],
  ['ack', 16],
  ['urg', 32],
  ['ecn', 64],
  ['cwr', 128],
]);
export const directions: ReadonlyMap<string, number> = new Map([
  ['original', 0],
  ['reply', 1],
]);
export const packetTypes: ReadonlyMap<string, number> = new Map([
  ['host', 0],
  ['unicast', 0],
  ['broadcast', 1],
  ['multicast', 2],
  ['other', 3],
]);
/** As the kernel numbers the kinds of an address. */
export const addressTypes: ReadonlyMap<string, number> = new Map([
  ['unspec', 0],
  ['unicast', 1],
  ['local', 2],
  ['broadcast', 3],
  ['anycast', 4],
  ['multicast', 5],
  ['blackhole', 6],
  ['unreachable', 7],
  ['prohibit', 8],
  ['throw', 9],
  ['nat', 10],
  ['xresolve', 11],
]);
export const deviceTypes: ReadonlyMap<string, number> = new Map([
  ['ether', 1],
  ['ppp', 512],
  ['ipip', 768],
  ['ipip6', 769],
  ['loopback', 772],
  ['sit', 776],
  ['ipgre', 778],
]);
export const booleans: ReadonlyMap<string, number> = new Map([
  ['missing', 0],
  ['exists', 1],
]);

const priorities: ReadonlyMap<string, number> = new Map([
  ['raw', -300],
  ['mangle', -150],
  ['dstnat', -100],
  ['filter', 0],
  ['security', 50],
  ['srcnat', 100],
]);
const bridgePriorities: ReadonlyMap<string, number> = new Map([
  ['dstnat', -300],
  ['filter', -200],
  ['out', 100],
  ['srcnat', 300],
]);

/** What `priority mangle` comes to; `undefined` for a name that this family has not. */
export function priorityOf(family: string, word: string): number | undefined {
  if (family === 'bridge') return bridgePriorities.get(word);
  if (family === 'netdev' || family === 'arp') return word === 'filter' ? 0 : undefined;
  return priorities.get(word);
}

/** Whether there is a route. */
export const presences: ReadonlyMap<string, number> = new Map([
  ['missing', 0],
  ['exists', 1],
]);

/** The only user and group that every system has under this name and number. */
export const owners: ReadonlyMap<string, number> = new Map([['root', 0]]);
