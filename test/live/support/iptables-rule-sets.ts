/**
 * Rule sets as fast-check makes them: all tables, chains that jump, ipsets; what they say is up to chance. One file: it is
 * mostly tables of words, and whoever adds a condition wants to see all that may stand beside it.
 */
import fc from 'fast-check';
import type { Family } from '../../../src/lang/packets/index.ts';

export interface MadeRuleSet {
  readonly rules: string;
  readonly ipset: string;
}

interface Words {
  readonly sources: readonly string[];
  readonly ranges: readonly string[];
  readonly destinations: readonly string[];
  readonly container: string;
  readonly localhost: string;
  readonly elements: readonly string[];
  readonly networks: readonly string[];
}

const words: Readonly<Record<Family, Words>> = {
  ipv4: {
    sources: [
      '10.0.0.0/8',
      '10.1.0.0/16',
      '10.1.2.0/24',
      '10.1.2.3/32',
      '10.0.0.5/255.0.0.255',
      '192.168.0.0/16',
      '128.0.0.0/1',
      '172.16.0.0/12',
      '8.8.8.8',
      '0.0.0.0/0',
      '10.1.2.64/26,8.8.0.0/16',
      '127.0.0.0/8',
      '198.18.0.0/15',
    ],
    ranges: ['10.1.2.3-10.1.3.7', '1.2.3.4-1.2.3.9', '8.8.8.8-192.168.1.1', '8.8.8.8'],
    destinations: [
      '198.18.0.1',
      '198.18.1.1',
      '172.17.0.2',
      '172.17.0.0/16',
      '198.18.0.0/15',
      '127.0.0.1',
      '9.9.9.9',
    ],
    container: '172.17.0.2',
    localhost: '127.0.0.1',
    elements: ['10.1.2.3', '8.8.8.8', '192.168.1.1', '198.18.0.1', '127.0.0.1'],
    networks: ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.3', '8.8.0.0/16', '192.168.0.0/17'],
  },
  ipv6: {
    sources: [
      '2001:db8::/32',
      '2001:db8:1::/48',
      '2001:db8:1::5/128',
      'fd00::/8',
      '8000::/1',
      '::/0',
      '2000::5/ff00::ffff',
      '2a00::/16,2001:db8:2::7',
      '::1/128',
      '2001:db8:50::/60',
    ],
    ranges: ['2001:db8:1::5-2001:db8:1::9', '2a00::-fd00::1', 'fd00::1'],
    destinations: [
      '2001:db8:50::1',
      '2001:db8:51::1',
      'fd17::2',
      'fd17::/64',
      '2001:db8:50::/60',
      '::1',
      '2001:db8:9::9',
    ],
    container: 'fd17::2',
    localhost: '::1',
    elements: ['2001:db8:1::5', '2a00::1', 'fd00::1', '2001:db8:50::1', '::1'],
    networks: ['2001:db8::/32', '2001:db8:1::/48', '2001:db8:1::5', 'fd00::/8', '2a00::/16'],
  },
};

/** Where a rule stands decides what it may say. */
interface Place {
  readonly table: string;
  /** Nothing: one that anybody may jump to. */
  readonly chain: string | undefined;
  readonly incoming: boolean;
  readonly outgoing: boolean;
  /** Chains that it may jump to. */
  readonly chains: readonly string[];
}

const not = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom('', '', '! '), text).map(([turn, one]) => turn + one);
const oneOf = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const single = (texts: readonly string[]): readonly string[] =>
  texts.filter((text) => !text.includes(',') && !text.endsWith('/0'));

const states = fc
  .subarray(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'DNAT'], { minLength: 1 })
  .map((some) => some.join(','));
const ports = ['6379', '6379:6380', ':6380', '22', '8080', '6380:', 'redis', '7000'];
const marks = ['0x1', '0x1/0x3', '2', '0x10/0xf0', '0'];

/** What only packets meet that are unlike those of a usual client, and some that are no rarer than others. */
const unusual = [
  '-p tcp -m tcpmss --mss 1:500',
  '-p tcp -m tcpmss ! --mss 1:500',
  '-m string --algo bm --string "facebook.com"',
  '-m string --algo kmp ! --string "GET /index.html"',
  '-m string --algo bm --hex-string "|00 01 02|secret-words|ff|"',
  '-m recent --rcheck --seconds 600 --hitcount 20 --name kw',
  '-m recent ! --update --seconds 600 --hitcount 20 --name kw',
  '-m recent --set --name other',
  '-m connlimit --connlimit-above 900',
  '-m connlimit --connlimit-upto 900',
  '-m hashlimit --hashlimit-above 100000/sec --hashlimit-burst 10000 --hashlimit-mode srcip --hashlimit-name kwa',
  '-m hashlimit --hashlimit-upto 100000/sec --hashlimit-burst 10000 --hashlimit-mode srcip --hashlimit-name kwb',
  '-m length --length 40:200',
  '-m length ! --length 60:1500',
  '-m length --length 200:',
];
const hops: Readonly<Record<Family, readonly string[]>> = {
  ipv4: [
    '-m ttl --ttl-lt 10',
    '-m ttl --ttl-gt 20',
    '-m ttl ! --ttl-eq 255',
    '-m ttl --ttl-eq 64',
    '-m u32 --u32 "12&0xFF000000=0x0A000000"',
    '-m u32 --u32 "16=0xC6120001"',
  ],
  ipv6: ['-m hl --hl-lt 10', '-m hl --hl-gt 20', '-m hl ! --hl-eq 255', '-m hl --hl-eq 64'],
};

/** Conditions without a protocol. */
function condition(family: Family, place: Place): fc.Arbitrary<string> {
  const { sources, ranges, destinations, elements } = words[family];
  const choices: (readonly [number, fc.Arbitrary<string>])[] = [
    [
      8,
      fc.oneof(
        oneOf(sources).map((one) => `-s ${one}`),
        not(oneOf(single(sources)).map((one) => `-s ${one}`)),
      ),
    ],
    [4, not(oneOf(destinations).map((one) => `-d ${one}`))],
    [3, states.map((some) => `-m conntrack --ctstate ${some}`)],
    [1, states.map((some) => `-m conntrack ! --ctstate ${some}`)],
    [
      1,
      oneOf(['NEW', 'ESTABLISHED,RELATED', 'INVALID,NEW']).chain((some) =>
        not(fc.constant(`--state ${some}`)).map((one) => `-m state ${one}`),
      ),
    ],
    [2, not(oneOf(ranges).map((one) => `--src-range ${one}`)).map((one) => `-m iprange ${one}`)],
    [1, not(oneOf(ranges).map((one) => `--dst-range ${one}`)).map((one) => `-m iprange ${one}`)],
    [2, not(oneOf(marks).map((one) => `--mark ${one}`)).map((one) => `-m mark ${one}`)],
    [1, not(oneOf(marks).map((one) => `--mark ${one}`)).map((one) => `-m connmark ${one}`)],
    [
      2,
      not(oneOf(['LOCAL', 'UNICAST', 'MULTICAST']).map((one) => `--dst-type ${one}`)).map(
        (one) => `-m addrtype ${one}`,
      ),
    ],
    [
      1,
      not(oneOf(single(destinations)).map((one) => `--ctorigdst ${one}`)).map((one) => `-m conntrack ${one}`),
    ],
    [
      1,
      not(oneOf(['6379', '22:6400', '7000']).map((one) => `--ctorigdstport ${one}`)).map(
        (one) => `-m conntrack ${one}`,
      ),
    ],
    [1, oneOf(['ORIGINAL', 'REPLY']).map((one) => `-m conntrack --ctdir ${one}`)],
    [1, fc.constant('-m comment --comment "as it is; \\"quoted\\""')],
    [
      1,
      oneOf([
        '-m length --length 0:65535',
        '-m length --length 0:30',
        '-m pkttype --pkt-type unicast',
        '-m pkttype --pkt-type broadcast',
      ]),
    ],
    [1, oneOf(['-p udp', '-p icmp', '! -p udp', '-p 6', '-p all'])],
    [2, oneOf(unusual)],
    [1, oneOf(family === 'ipv4' ? hops.ipv4 : hops.ipv6)],
    [
      4,
      not(
        oneOf(['kw-ip', 'kw-net']).chain((name) =>
          oneOf(['src', 'dst']).map((one) => `--match-set ${name} ${one}`),
        ),
      ).map((one) => `-m set ${one}`),
    ],
    [
      2,
      not(
        oneOf([
          'kw-ipport src,dst',
          'kw-ipport dst,dst',
          'kw-list src',
          'kw-iface src,src',
          'kw-ipport src',
          'kw-port dst',
        ]).map((one) => `--match-set ${one}`),
      ).map((one) => `-m set ${one}`),
    ],
  ];
  if (elements.length === 0) return fc.constant('');
  if (place.chain === 'PREROUTING' && place.table !== 'nat')
    choices.push([
      6,
      oneOf(['', ' --loose', ' --validmark', ' --accept-local']).chain((mode) =>
        oneOf(['', ' --invert']).map((turn) => `-m rpfilter${mode}${turn}`),
      ),
    ]);
  if (place.chain === 'OUTPUT' || place.chain === 'POSTROUTING')
    choices.push([
      4,
      not(
        oneOf([
          '--uid-owner 0',
          '--uid-owner 1000',
          '--gid-owner 0',
          '--gid-owner 5-9',
          '--uid-owner 0-99',
          '--socket-exists',
        ]),
      ).map((one) => `-m owner ${one}`),
    ]);
  if (place.incoming)
    choices.push([4, not(oneOf(['eth0', 'eth1', 'eth+', 'lo', 'docker0', '+']).map((one) => `-i ${one}`))]);
  if (place.outgoing)
    choices.push([3, not(oneOf(['eth0', 'eth+', 'lo', 'docker0']).map((one) => `-o ${one}`))]);
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

const tcp = fc.oneof(
  {
    weight: 6,
    arbitrary: not(oneOf(ports).map((one) => `--dport ${one}`)).map((one) => `-p tcp -m tcp ${one}`),
  },
  {
    weight: 3,
    arbitrary: not(
      fc
        .subarray(['22', '6379', '6380', '8080', '7000:7005'], { minLength: 1 })
        .map((some) => `--dports ${some.join(',')}`),
    ).map((one) => `-p tcp -m multiport ${one}`),
  },
  {
    weight: 3,
    arbitrary: oneOf([
      '-p tcp -m multiport --ports 6379,22',
      '-p tcp --sport 1024:',
      '-p tcp ! --sport 0:1023',
      '-p tcp --sport :1023',
      '-p tcp --sport 300:999',
      '-p tcp --sport 2000:2999',
      '-p tcp ! --sport 20000:50000',
      '-p tcp -m multiport --sports 300:999,40000:65535',
      '-p tcp -m multiport --ports 5000:6000,30000:50000',
    ]),
  },
  { weight: 2, arbitrary: not(fc.constant('--syn')).map((one) => `-p tcp ${one}`) },
  {
    weight: 1,
    arbitrary: oneOf([
      '-p tcp --tcp-flags SYN,ACK SYN',
      '-p tcp --tcp-flags ALL NONE',
      '-p tcp ! --tcp-flags SYN,RST RST',
      '-p tcp',
    ]),
  },
);

/** Conditions of one rule: the same option not twice. */
function conditions(family: Family, place: Place): fc.Arbitrary<string> {
  return fc
    .tuple(fc.option(tcp, { freq: 2 }), fc.array(condition(family, place), { maxLength: 2 }))
    .map(([first, rest]) => {
      const kept: string[] = first === null ? [] : [first];
      const kind = (text: string): string => /-[sdpio] /.exec(` ${text}`)?.[0] ?? text;
      for (const one of rest) if (!kept.some((other) => kind(other) === kind(one))) kept.push(one);
      return kept.join(' ');
    });
}

function target(family: Family, { table, chains }: Place, chain: string): fc.Arbitrary<string> {
  const { container, localhost } = words[family];
  const bracket = (address: string): string => (family === 'ipv6' ? `[${address}]` : address);
  const choices: (readonly [number, fc.Arbitrary<string>])[] = [
    [4, fc.constant('-j ACCEPT')],
    [2, fc.constant('-j RETURN')],
    [1, fc.constant('')],
    [
      2,
      oneOf([
        '--set-mark 1',
        '--set-xmark 0x2/0x3',
        '--or-mark 0x10',
        '--and-mark 0xfffffffe',
        '--xor-mark 3',
        '--set-mark 0x1/0xf',
      ]).map((one) => `-j MARK ${one}`),
    ],
    [
      1,
      oneOf([
        '--set-mark 1',
        '--save-mark',
        '--restore-mark',
        '--restore-mark --nfmask 0xf --ctmask 0xf',
        '--set-xmark 2/3',
      ]).map((one) => `-j CONNMARK ${one}`),
    ],
  ];
  if (chains.length > 0) {
    choices.push([6, oneOf(chains).map((one) => `-j ${one}`)], [2, oneOf(chains).map((one) => `-g ${one}`)]);
  }
  if (table === 'nat') {
    if (chain === 'POSTROUTING') choices.push([1, fc.constant('-j MASQUERADE')]);
    else if (chain !== 'INPUT')
      choices.push(
        [3, oneOf(['6379', '6380', '22']).map((port) => `-p tcp -j REDIRECT --to-ports ${port}`)],
        [
          4,
          oneOf(['6379', '8080']).map(
            (port) => `-p tcp -j DNAT --to-destination ${bracket(container)}:${port}`,
          ),
        ],
        [1, fc.constant(`-j DNAT --to-destination ${container}`)],
        [1, fc.constant(`-p tcp -j DNAT --to-destination :6380`)],
        [1, fc.constant(`-j DNAT --to-destination ${localhost}`)],
        [1, fc.constant('-j REDIRECT')],
      );
  } else {
    choices.push([4, fc.constant('-j DROP')]);
    if (table === 'filter')
      choices.push([3, oneOf(['-j REJECT', `-p tcp -j REJECT --reject-with tcp-reset`])]);
    if (table === 'raw') choices.push([1, oneOf(['-j CT --notrack', '-j NOTRACK'])]);
  }
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** A rule; where the target wants `-p tcp` and the conditions say something else, the conditions give way. */
const rule = (family: Family, place: Place, chain: string): fc.Arbitrary<string> =>
  fc.tuple(conditions(family, place), target(family, place, chain)).map(([asked, does]) => {
    if (!does.startsWith('-p tcp')) return `-A ${chain} ${asked} ${does}`.trimEnd();
    if (!/(?:^| )-p /.test(asked)) return `-A ${chain} -p tcp ${asked}${does.slice(6)}`;
    return /(?:^|[^!] )-p (?:tcp|6)(?: |$)/.test(asked) && !/! -p/.test(asked)
      ? `-A ${chain} ${asked}${does.slice(6)}`
      : `-A ${chain} -p tcp${does.slice(6)}`;
  });

const bases: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const incoming = (chain: string): boolean => chain !== 'OUTPUT' && chain !== 'POSTROUTING';
const outgoing = (chain: string): boolean => chain !== 'INPUT' && chain !== 'PREROUTING';

/** Rules that let answers through, as nearly everybody has them. */
const answers = [
  '',
  '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
  '-m state --state RELATED,ESTABLISHED -j ACCEPT',
];

function table(family: Family, name: string, most: number): fc.Arbitrary<string> {
  const own = name === 'nat' ? ['DOCKER', 'EXTRA'] : ['ONE', 'TWO', 'three'];
  const chains = [...(bases[name] ?? []), ...own];
  const busy = (chain: string): number =>
    chain === 'POSTROUTING' || (name === 'nat' && chain === 'INPUT') || (chain === 'OUTPUT' && name !== 'nat')
      ? 1
      : most;
  return fc
    .tuple(
      ...chains.map((chain) => {
        const at = own.indexOf(chain);
        const place: Place = {
          table: name,
          chain: at >= 0 ? undefined : chain,
          // Chains that anybody may jump to say nothing of interfaces that a hook does not have.
          incoming: at >= 0 || incoming(chain),
          outgoing: at >= 0 ? false : outgoing(chain),
          chains:
            name === 'nat' && (chain === 'POSTROUTING' || chain === 'INPUT')
              ? []
              : at < 0
                ? own
                : own.slice(at + 1),
        };
        const policy =
          at >= 0
            ? fc.constant('-')
            : name === 'filter'
              ? oneOf(chain === 'OUTPUT' ? ['ACCEPT', 'ACCEPT', 'DROP'] : ['ACCEPT', 'DROP'])
              : oneOf(
                  Array.from({ length: 12 }, (_, index) =>
                    index === 0 && name !== 'nat' ? 'DROP' : 'ACCEPT',
                  ),
                );
        return fc.tuple(
          policy,
          oneOf(answers),
          fc.array(rule(family, place, chain), { maxLength: busy(chain) }),
          fc.constant(chain),
        );
      }),
    )
    .map((all) =>
      [
        `*${name}`,
        ...all.map(([policy, , , chain]) => `:${chain} ${policy} [0:0]`),
        ...all.flatMap(([policy, first, rules, chain]) => [
          // The third packet and those after it are not asked about: a REJECT of them would look as one of the first.
          ...(name === 'filter' && chain === 'OUTPUT'
            ? [`-A ${chain} -p tcp --tcp-flags SYN,ACK ACK -j ACCEPT`]
            : []),
          ...(name === 'filter' && (chain === 'INPUT' || chain === 'FORWARD')
            ? [
                `-A ${chain} -m conntrack --ctstate ESTABLISHED --ctdir ORIGINAL -j ACCEPT`,
                // Whatever was told not to be tracked, it is not refused.
                `-A ${chain} -p tcp --tcp-flags SYN,ACK ACK -j ACCEPT`,
              ]
            : []),
          ...(policy === 'DROP' && first !== '' ? [`-A ${chain} ${first}`] : []),
          ...rules,
        ]),
        'COMMIT',
        '',
      ].join('\n'),
    );
}

function ipsets(family: Family): fc.Arbitrary<string> {
  const { elements, networks, sources } = words[family];
  const inet = family === 'ipv4' ? 'inet' : 'inet6';
  const kind = family === 'ipv4' ? 'inet6' : 'inet';
  const add = (name: string, some: readonly string[]): readonly string[] =>
    some.map((one) => `add ${name} ${one}`);
  const usual = networks.filter((one) => one.includes('/'));
  return fc
    .tuple(
      fc.subarray([...elements]),
      fc.array(fc.tuple(oneOf(networks), oneOf(['', '', ' nomatch'])), { maxLength: 4 }),
      fc.subarray(elements.flatMap((one) => [`${one},tcp:6379`, `${one},udp:6379`, `${one},tcp:6380`])),
      fc.subarray(usual.flatMap((one) => [`${one},eth0`, `${one},eth1`])),
      fc.subarray(['kw-ip', 'kw-net']),
      fc.subarray(['6379', '6380', '22']),
    )
    .map(([ip, net, ipport, iface, list, port]) => {
      const seen = new Map(net);
      return [
        `create kw-ip hash:ip family ${inet}`,
        `create kw-net hash:net family ${inet}`,
        `create kw-other hash:net family ${kind}`,
        `create kw-ipport hash:ip,port family ${inet}`,
        `create kw-iface hash:net,iface family ${inet}`,
        'create kw-list list:set',
        'create kw-port bitmap:port range 0-65535',
        ...add('kw-ip', ip),
        ...add(
          'kw-net',
          [...seen].map(([one, turn]) => one + turn),
        ),
        ...add('kw-ipport', ipport),
        ...add('kw-iface', iface),
        ...add('kw-list', list),
        ...add('kw-port', port),
        '',
      ].join('\n');
    })
    .filter(() => sources.length > 0);
}

export const madeRuleSet = (family: Family): fc.Arbitrary<MadeRuleSet> =>
  fc
    .tuple(
      fc.option(table(family, 'raw', 2), { freq: 2, nil: '' }),
      fc.option(table(family, 'mangle', 2), { freq: 2, nil: '' }),
      fc.option(table(family, 'nat', 3), { freq: 3, nil: '' }),
      table(family, 'filter', 4),
      ipsets(family),
    )
    .map(([raw, mangle, nat, filter, ipset]) => ({
      rules: raw + mangle + nat + filter,
      ipset,
    }));
