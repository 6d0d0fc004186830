import type { Deed, Dependence } from '../../../../lang/packets/index.ts';
import { type TargetModule, options } from '../extension.ts';
import { CONNMARK, MARK, SET } from './marking.ts';
import { DNAT, MASQUERADE, NETMAP, REDIRECT, SNAT } from './rewriting.ts';

const constant = (deeds: readonly Deed[]) => (): readonly Deed[] => deeds;

const always = (
  deed: Deed,
  words = '',
  where: Pick<TargetModule, 'tables' | 'hooks'> = {},
): TargetModule => ({
  options: options(words),
  ...where,
  read: constant([deed]),
});
/** Counts, logs, changes what does not decide here. */
const passes = (words = '', where: Pick<TargetModule, 'tables' | 'hooks'> = {}): TargetModule =>
  always({ deed: 'go-on' }, words, where);
const opaque = (
  on: Dependence,
  name: string,
  words: string,
  where: Pick<TargetModule, 'tables' | 'hooks'> = {},
): TargetModule => ({
  options: options(words),
  ...where,
  read: (given) => [
    {
      deed: 'opaque',
      on,
      text: [name, ...given.map(({ option, values }) => [`--${option}`, ...values].join(' '))]
        .join(' ')
        .slice(0, 200),
    },
  ],
});

const CT: TargetModule = {
  options: options('notrack:0 helper ctevents expevents zone zone-orig zone-reply timeout'),
  tables: ['raw'],
  read: (given) => [
    given.some(({ option }) => option === 'notrack') ? { deed: 'notrack' } : { deed: 'go-on' },
  ],
};
const mangle = { tables: ['mangle'] } as const;

/** What `-j NAME` stands for, where no chain of the table has that name. */
export const targetModules: ReadonlyMap<string, TargetModule> = new Map(
  Object.entries({
    ACCEPT: always({ deed: 'accept' }),
    DROP: always({ deed: 'drop' }, '', { tables: ['filter', 'mangle', 'raw', 'security'] }),
    RETURN: always({ deed: 'return' }),
    REJECT: always({ deed: 'reject' }, 'reject-with', {
      tables: ['filter'],
      hooks: ['input', 'forward', 'output'],
    }),
    // Answers a stranger itself: however it looks to him, nothing gets to the server.
    TARPIT: always({ deed: 'drop' }, 'tarpit:0 honeypot:0 reset:0'),
    DELUDE: always({ deed: 'drop' }),
    CHAOS: always({ deed: 'drop' }, 'delude:0 tarpit:0'),
    STEAL: always({ deed: 'drop' }),
    MIRROR: always({ deed: 'drop' }),
    QUEUE: opaque('other', 'QUEUE', ''),
    NFQUEUE: opaque('other', 'NFQUEUE', 'queue-num queue-balance queue-bypass:0 queue-cpu-fanout:0'),
    SYNPROXY: opaque('other', 'SYNPROXY', 'sack-perm:0 timestamp:0 wscale mss ecn:0', {
      hooks: ['input', 'forward'],
    }),
    TPROXY: opaque('route', 'TPROXY', 'on-port on-ip tproxy-mark', {
      tables: ['mangle'],
      hooks: ['prerouting'],
    }),
    ROUTE: opaque('route', 'ROUTE', 'oif iif gw continue:0 tee:0'),
    CLUSTERIP: opaque('other', 'CLUSTERIP', 'new:0 hashmode clustermac total-nodes local-node hash-init'),
    HMARK: opaque(
      'mark',
      'HMARK',
      'hmark-tuple hmark-mod hmark-offset hmark-src-prefix hmark-dst-prefix hmark-sport-mask hmark-dport-mask hmark-spi-mask hmark-sport hmark-dport hmark-spi hmark-proto-mask hmark-rnd',
    ),
    IPMARK: opaque('mark', 'IPMARK', 'addr and-mask or-mask shift'),
    MARK,
    CONNMARK,
    DNAT,
    REDIRECT,
    NETMAP,
    SNAT,
    MASQUERADE,
    CT,
    NOTRACK: always({ deed: 'notrack' }, '', { tables: ['raw'] }),
    LOG: passes(
      'log-level log-prefix log-tcp-sequence:0 log-tcp-options:0 log-ip-options:0 log-uid:0 log-macdecode:0',
    ),
    ULOG: passes('ulog-nlgroup ulog-prefix ulog-cprange ulog-qthreshold'),
    NFLOG: passes('nflog-group nflog-prefix nflog-range nflog-size nflog-threshold'),
    LOGMARK: passes('log-level log-prefix'),
    TRACE: passes('', { tables: ['raw'] }),
    AUDIT: passes('type'),
    ACCOUNT: passes('addr tname'),
    TCPMSS: passes('set-mss clamp-mss-to-pmtu:0'),
    TCPOPTSTRIP: passes('strip-options', mangle),
    CLASSIFY: passes('set-class'),
    CHECKSUM: passes('checksum-fill:0', mangle),
    DSCP: passes('set-dscp set-dscp-class', mangle),
    TOS: passes('set-tos and-tos or-tos xor-tos', mangle),
    TTL: passes('ttl-set ttl-inc ttl-dec', mangle),
    HL: passes('hl-set hl-inc hl-dec', mangle),
    ECN: passes('ecn-tcp-remove:0', mangle),
    SECMARK: passes('selctx'),
    CONNSECMARK: passes('save:0 restore:0'),
    SET,
    TEE: passes('gateway oif'),
    IDLETIMER: passes('timeout label alarm:0 send_nl_msg'),
    LED: passes('led-trigger-id led-delay led-always-blink:0'),
    RATEEST: passes('rateest-name rateest-interval rateest-ewmalog'),
    IMQ: passes('todev'),
  } satisfies Record<string, TargetModule>),
);
