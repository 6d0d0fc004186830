import type { MatchModule } from '../extension.ts';
import { options } from '../extension.ts';
import { connlimit, hashlimit, recent } from './paced.ts';
import { hl, string, tcpmss, ttl, u32 } from './content.ts';
import { conntrack, state } from './conntrack.ts';
import { owner, rpfilter } from './host.ts';
import { connmark, mark } from './marks.ts';
import { addrtype, iprange, length, mac, pkttype } from './places.ts';
import { ah, dccp, esp, icmp, icmp6, ipcomp, mh, multiport, sctp, tcp, udp, udplite } from './ports.ts';
import { set } from './set.ts';
import { undecidedModules } from './undecided.ts';

const comment: MatchModule = { options: options('comment'), read: () => [] };

/** What `-m NAME` stands for. */
export const matchModules: ReadonlyMap<string, MatchModule> = new Map(
  Object.entries({
    ...undecidedModules,
    recent,
    connlimit,
    hashlimit,
    string,
    u32,
    tcpmss,
    ttl,
    hl,
    owner,
    rpfilter,
    comment,
    tcp,
    udp,
    udplite,
    sctp,
    dccp,
    icmp,
    icmp6,
    icmpv6: icmp6,
    'ipv6-icmp': icmp6,
    esp,
    ah,
    ipcomp,
    mh,
    multiport,
    mport: multiport,
    conntrack,
    state,
    mark,
    connmark,
    iprange,
    addrtype,
    pkttype,
    mac,
    length,
    set,
  }),
);

/** What `-p` loads by itself where an option is not known otherwise. */
export const moduleOfProtocol: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [33, 'dccp'],
  [50, 'esp'],
  [51, 'ah'],
  [58, 'icmp6'],
  [108, 'ipcomp'],
  [132, 'sctp'],
  [135, 'mh'],
  [136, 'udplite'],
]);
