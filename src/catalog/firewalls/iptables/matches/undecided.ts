/**
 * Modules whose answer nobody knows beforehand: the rate of packets, the hour, what is in a packet.
 * Their options are known, so that what iptables would refuse is told from what it would take.
 */
import type { Dependence, Match } from '../../../../lang/packets/index.ts';
import { type MatchModule, opaque, options, wordsAgain } from '../extension.ts';

const undecided = (module: string, on: Dependence, words: string): MatchModule => ({
  options: options(words),
  read: (given) => [opaque(on, wordsAgain(module, given))],
});

/** Only in packets of a kind that we do not ask about. */
const never = (why: string, words: string): MatchModule => ({
  options: options(words),
  read: (given): readonly Match[] =>
    given.length > 0 && given.every(({ not }) => not) ? [] : [{ match: 'never', why }],
});

export const undecidedModules: Readonly<Record<string, MatchModule>> = {
  limit: undecided('limit', 'rate', '!limit limit-burst'),
  hashlimit: undecided(
    'hashlimit',
    'rate',
    'hashlimit-upto hashlimit hashlimit-above hashlimit-burst hashlimit-mode hashlimit-srcmask hashlimit-dstmask hashlimit-name hashlimit-htable-size hashlimit-htable-max hashlimit-htable-expire hashlimit-htable-gcinterval hashlimit-rate-match:0 hashlimit-rate-interval',
  ),
  connlimit: undecided(
    'connlimit',
    'rate',
    '!connlimit-above connlimit-upto connlimit-mask connlimit-saddr:0 connlimit-daddr:0',
  ),
  connbytes: undecided('connbytes', 'rate', '!connbytes connbytes-dir connbytes-mode'),
  quota: undecided('quota', 'rate', '!quota'),
  quota2: undecided('quota2', 'rate', 'name !quota grow:0 no-change:0 packets:0'),
  statistic: undecided('statistic', 'rate', 'mode !probability !every packet'),
  random: undecided('random', 'rate', 'average'),
  nth: undecided('nth', 'rate', 'every counter start packet'),
  rateest: undecided(
    'rateest',
    'rate',
    'rateest rateest1 rateest2 rateest-bps* rateest-pps* rateest-bps1 rateest-pps1 rateest-bps2 rateest-pps2 rateest-delta:0 rateest-lt:0 rateest-gt:0 rateest-eq:0',
  ),
  nfacct: undecided('nfacct', 'rate', 'nfacct-name'),
  time: undecided(
    'time',
    'time',
    'datestart datestop timestart timestop !monthdays !weekdays kerneltz:0 utc:0 localtz:0 contiguous:0',
  ),
  owner: undecided(
    'owner',
    'socket',
    '!uid-owner !gid-owner !socket-exists:0 suppl-groups:0 !pid-owner !sid-owner !cmd-owner',
  ),
  cgroup: undecided('cgroup', 'socket', '!cgroup !path'),
  socket: undecided('socket', 'socket', 'transparent:0 nowildcard:0 restore-skmark:0'),
  string: undecided('string', 'content', 'from to algo !string !hex-string icase:0'),
  u32: undecided('u32', 'content', '!u32'),
  bpf: undecided('bpf', 'content', 'bytecode object-pinned'),
  ttl: undecided('ttl', 'content', '!ttl-eq !ttl>ttl-eq ttl-lt ttl-gt'),
  hl: undecided('hl', 'content', '!hl-eq !hl>hl-eq hl-lt hl-gt'),
  dscp: undecided('dscp', 'content', '!dscp !dscp-class'),
  tos: undecided('tos', 'content', '!tos'),
  ecn: undecided('ecn', 'content', '!ecn-tcp-cwr:0 !ecn-tcp-ece:0 !ecn-ip-ect'),
  tcpmss: undecided('tcpmss', 'content', '!mss'),
  osf: undecided('osf', 'content', '!genre ttl log'),
  eui64: undecided('eui64', 'other', ''),
  hbh: undecided('hbh', 'content', '!hbh-len hbh-opts'),
  dst: undecided('dst', 'content', '!dst-len dst-opts'),
  ipv6header: undecided('ipv6header', 'content', '!header soft:0'),
  layer7: undecided('layer7', 'content', 'l7dir !l7proto'),
  ipp2p: undecided(
    'ipp2p',
    'content',
    'edk:0 dc:0 gnu:0 kazaa:0 bit:0 apple:0 soul:0 winmx:0 ares:0 mute:0 waste:0 xdcc:0',
  ),
  physdev: undecided(
    'physdev',
    'interface',
    '!physdev-in !physdev-out !physdev-is-in:0 !physdev-is-out:0 !physdev-is-bridged:0',
  ),
  devgroup: undecided('devgroup', 'interface', '!src-group !dst-group'),
  policy: undecided(
    'policy',
    'route',
    'dir pol strict:0 !reqid* !spi* !tunnel-src* !tunnel-dst* !proto* !mode* next*:0',
  ),
  rpfilter: undecided('rpfilter', 'route', 'loose:0 validmark:0 accept-local:0 invert:0'),
  realm: undecided('realm', 'route', '!realm'),
  cluster: undecided(
    'cluster',
    'other',
    'cluster-total-nodes !cluster-local-node !cluster-local-nodemask cluster-hash-seed',
  ),
  cpu: undecided('cpu', 'other', '!cpu'),
  connlabel: undecided('connlabel', 'other', '!label set:0'),
  ipvs: undecided('ipvs', 'other', '!ipvs:0 !vproto !vaddr !vport vdir !vmethod !vportctl'),
  condition: undecided('condition', 'other', '!condition'),
  geoip: undecided('geoip', 'set', '!src-cc !source-country>src-cc !dst-cc !destination-country>dst-cc'),
  asn: undecided('asn', 'set', '!src-asn !dst-asn'),
  account: undecided('account', 'other', 'aaddr aname ashort:0'),
  fuzzy: undecided('fuzzy', 'rate', 'lower-limit upper-limit'),
  psd: undecided(
    'psd',
    'rate',
    'psd-weight-threshold psd-delay-threshold psd-lo-ports-weight psd-hi-ports-weight',
  ),
  pknock: undecided(
    'pknock',
    'recent',
    'knockports time autoclose name opensecret closesecret strict:0 checkip:0 chkip:0',
  ),
  rt: never(
    'a packet with a routing header',
    '!rt-type !rt-segsleft !rt-len rt-0-res:0 rt-0-addrs rt-0-not-strict:0',
  ),
  frag: never('a fragment', '!fragid !fraglen fragres:0 fragfirst:0 fragmore:0 fraglast:0'),
  srh: undecided(
    'srh',
    'content',
    '!srh-next-hdr !srh-hdr-len-eq !srh-hdr-len-gt !srh-hdr-len-lt !srh-segs-left-eq !srh-segs-left-gt !srh-segs-left-lt !srh-last-entry-eq !srh-last-entry-gt !srh-last-entry-lt !srh-tag !srh-psid !srh-nsid !srh-lsid',
  ),
  helper: never('a connection that another one announced', '!helper'),
  unclean: undecided('unclean', 'content', ''),
};
