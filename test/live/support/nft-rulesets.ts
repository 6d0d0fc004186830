/** Rulesets of nft as nobody would write them, and most as the kernel takes them. */
import * as fc from 'fast-check';

const four = [
  '10.0.0.0/8',
  '10.20.0.0/16',
  '192.168.1.0/24',
  '192.168.1.7',
  '203.0.113.0/25',
  '203.0.113.64-203.0.113.200',
  '100.64.0.0/10',
  '8.8.8.8',
  '1.0.0.0/8',
  '172.20.0.0/14',
  '129.0.0.0-140.255.255.255',
] as const;
const six = [
  '2001:db8:ffff::/48',
  'fd00::/8',
  '2a00:1450::/32',
  '2a00:1450:4001::1',
  'fc00::1-fc00::ffff',
  '2600::/12',
] as const;
const ports = ['6379', '6380', '22', '6000-6379', '1-1023', '6379-6400', '8080'] as const;
const states = ['new', 'established,related', 'invalid', 'established', 'new,related', 'untracked'] as const;

const pick = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
/** Disjoint elements, as sets without auto-merge want them. */
const disjointFour = [
  '10.0.0.0/8',
  '192.168.1.0/25',
  '192.168.1.200',
  '203.0.113.64-203.0.113.200',
  '100.64.0.0/10',
  '8.8.8.8',
  '1.0.0.0/8',
];
const disjointSix = ['2001:db8:ffff::/48', 'fd00::/8', '2a00:1450::/32', 'fc00::1-fc00::ffff'];
const disjointPorts = ['6379', '6380', '22', '8000-9000', '100-200'];
const some = (values: readonly string[], most = 3): fc.Arbitrary<string> =>
  fc
    .subarray([...values], { minLength: 1, maxLength: Math.min(most, values.length) })
    .map((list) => list.join(', '));
const not = fc.constantFrom('', '', '', '!= ');

const addressMatch = (family: string, pool: readonly string[], disjoint: readonly string[], side = 'saddr') =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(not, pick(pool)).map(([op, value]) => `${family} ${side} ${op}${value}`),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(not, some(pool)).map(([op, list]) => `${family} ${side} ${op}{ ${list} }`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(not, fc.constantFrom('a', 'b'))
        .map(([op, set]) => `${family} ${side} ${op}@${set}_${family}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('<', '>', '<=', '>='), pick(disjoint))
        .map(([op, value]) => `${family} ${side} ${op} ${value.split(/[-/]/)[0] ?? ''}`),
    },
  );

const masks = fc.constantFrom(
  'ip saddr & 255.0.0.255 == 10.0.0.1',
  'ip saddr & 0.0.0.1 == 0.0.0.1',
  'ip saddr & 255.255.0.0 != 10.20.0.0',
  'ip saddr & 0.0.3.0 == 0.0.1.0',
);

const portMatch = fc.oneof(
  fc.tuple(not, pick(ports)).map(([op, value]) => `tcp dport ${op}${value}`),
  fc.tuple(not, some(disjointPorts)).map(([op, list]) => `tcp dport ${op}{ ${list} }`),
  fc.tuple(not).map(([op]) => `tcp dport ${op}@ports`),
  fc.constantFrom(
    'th dport 6379',
    '@th,16,16 6379',
    'tcp dport & 0xff00 == 0x1800',
    'udp dport 6379',
    'tcp dport > 6379',
  ),
);

const others = fc.oneof(
  fc
    .tuple(not, pick(states))
    .map(([op, state]) => (op === '' ? `ct state ${state}` : `ct state != { ${state.replace(',', ', ')} }`)),
  fc.constantFrom(
    'iifname "eth*"',
    'iifname != "eth0"',
    'iif lo',
    'iifname { "eth1", "lo" }',
    'iifname . ip saddr { "eth0" . 10.0.0.0/8, "eth1" . 203.0.113.0/24 }',
    'meta l4proto tcp',
    'meta l4proto { tcp, udp }',
    'meta nfproto ipv4',
    'meta nfproto ipv6',
    'meta protocol ip',
    'ip protocol tcp',
    'ip protocol != tcp',
    'ip6 nexthdr tcp',
    'ip version 4',
    'tcp flags syn',
    'tcp flags & (fin|syn|rst|ack) == syn',
    'tcp flags syn / syn,ack',
    'tcp flags != syn',
    'tcp flags { syn, syn|ack }',
    'meta mark 1',
    'meta mark != 2',
    'meta mark & 0x3 == 0x1',
    'meta mark { 1, 3 }',
    'ct mark 5',
    'ct status dnat',
    'ct status != dnat',
    'ct direction original',
    'fib daddr type local',
    'fib saddr type != local',
    'meta l4proto tcp ct original proto-dst 6379',
    'ip saddr . tcp dport @pairs_ip',
    'ip saddr . tcp dport != @pairs_ip',
    'ip6 saddr . tcp dport @pairs_ip6',
    'ip daddr 198.18.0.1',
    'ip daddr != 198.18.0.0/16',
    'ip6 daddr 2001:db8:50::1',
    'icmp type echo-request',
    'meta pkttype host',
    'fib saddr oif missing',
    'fib saddr . iif oif exists',
    'fib saddr . iif oif missing',
    'fib saddr . mark . iif oif 0',
    'fib daddr . iif type local',
    'fib daddr . iif type { local, broadcast, multicast }',
    'tcp option maxseg size 1-500',
    'tcp option maxseg size > 500',
    'meta skuid 0',
    'meta skuid != 0',
    'meta skuid >= 1000',
    'meta skgid { 0, 5 }',
    'tcp sport 300-999',
    'tcp sport != 2000-2999',
    'tcp sport >= 1024',
    'tcp sport { 300-999, 40000-65535 }',
    'tcp sport . tcp dport { 2000-2999 . 6379, 1-65535 . 6380 }',
    'add @paced_ip { ip saddr limit rate over 100000/second burst 10000 packets }',
    'add @paced_ip { ip saddr limit rate 100000/second burst 10000 packets }',
    'add @counted_ip { ip saddr ct count over 900 }',
    'add @paced_ip { ip saddr timeout 1h }',
    'update @paced_ip { ip saddr timeout 1h }',
    'add @seen_ip6 { ip6 saddr }',
    'meter own { ip saddr timeout 60s }',
  ),
);

const matchesFor = (family: string): fc.Arbitrary<string> => {
  const v4 = fc.oneof(
    { weight: 8, arbitrary: addressMatch('ip', four, disjointFour) },
    { weight: 1, arbitrary: masks },
  );
  const v6 = addressMatch('ip6', six, disjointSix);
  const own = family === 'ip' ? v4 : family === 'ip6' ? v6 : fc.oneof(v4, v4, v6);
  return fc.oneof(
    { weight: 4, arbitrary: own },
    { weight: 3, arbitrary: portMatch },
    { weight: 3, arbitrary: others },
  );
};

const onward = fc.constantFrom('', '', '', 'counter ', 'counter ', 'log prefix "x" ');

// Only what opens a connection is refused aloud: a refusal of the third packet would look like one of the first.
const verdicts = (names: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant('accept') },
    { weight: 4, arbitrary: fc.constant('drop') },
    { weight: 1, arbitrary: fc.constant('tcp flags & (syn|ack) == syn reject') },
    {
      weight: 1,
      arbitrary: fc.constant('tcp flags & (syn|ack) == syn reject with icmp type port-unreachable'),
    },
    { weight: 1, arbitrary: fc.constantFrom('return', 'continue') },
    ...(names.length > 0
      ? [
          {
            weight: 3,
            arbitrary: fc.tuple(fc.constantFrom('jump', 'goto'), pick(names)).map((two) => two.join(' ')),
          },
        ]
      : []),
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'meta mark set 1',
        'meta mark set 2',
        'meta mark set mark or 0x2',
        'ct mark set 5',
        'meta mark set ct mark',
        'counter',
        'meta mark set tcp dport map { 6379 : 1, 6380 : 3 }',
        'meta mark set 1 meta mark 1 accept',
        'meta mark set 1 tcp dport 6379 accept',
      ),
    },
  );

const verdictMaps = (family: string, names: readonly string[]): fc.Arbitrary<string> => {
  const verdict = fc.oneof(
    fc.constantFrom('accept', 'drop', 'continue', 'return'),
    ...(names.length > 0
      ? [pick(names).map((name) => `jump ${name}`), pick(names).map((name) => `goto ${name}`)]
      : []),
  );
  const map = (key: string, keys: readonly string[]): fc.Arbitrary<string> =>
    fc
      .tuple(
        fc.subarray([...keys], { minLength: 1, maxLength: Math.min(4, keys.length) }),
        fc.array(verdict, { minLength: 4, maxLength: 4 }),
      )
      .map(
        ([list, does]) =>
          `${key} vmap { ${list.map((one, at) => `${one} : ${does[at] ?? 'drop'}`).join(', ')} }`,
      );
  return fc.oneof(
    map('tcp dport', disjointPorts),
    map('ct state', ['new', 'established', 'related', 'invalid']),
    map('iifname', ['"eth0"', '"eth1"', '"lo"']),
    map('meta mark', ['0', '1', '2', '3']),
    ...(family === 'ip6' ? [map('ip6 saddr', disjointSix)] : [map('ip saddr', disjointFour)]),
    ...(family === 'ip6'
      ? []
      : [map('ip saddr . tcp dport', ['8.8.8.8 . 6379', '10.0.0.0/8 . 6380', '1.0.0.0/8 . 1-7000'])]),
    ...(family === 'ip' ? [fc.constant('ip saddr vmap @choice')] : []),
  );
};

const rule = (family: string, names: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.array(matchesFor(family), { maxLength: 3 }), onward, verdicts(names))
        .map(([matches, on, verdict]) => `${matches.join(' ')} ${on}${verdict}`.trim()),
    },
    { weight: 2, arbitrary: verdictMaps(family, names) },
  );

/** A rule that the kernel refuses (two families in one rule, say) costs the ruleset: keep most of them out. */
const sane = (text: string, family: string): boolean => {
  const uses = (word: RegExp): boolean => word.test(text);
  const [v4, v6] = [uses(/\bip (?:saddr|daddr|protocol|version)|icmp type|with icmp /), uses(/\bip6 /)];
  if (v4 && v6) return false;
  if ((family === 'ip' && v6) || (family === 'ip6' && v4)) return false;
  if (family !== 'inet' && uses(/nfproto|meta protocol/)) return false;
  if (uses(/meta nfproto ipv4|meta protocol ip\b/) && v6) return false;
  if (uses(/meta nfproto ipv6/) && (v4 || uses(/meta protocol/))) return false;
  const tcp = uses(/tcp (?:dport|sport|flags|option)/);
  const udp = uses(/udp dport|icmp type/);
  if (udp && (tcp || uses(/l4proto|protocol|nexthdr|pairs|th dport|@th/))) return false;
  return !(uses(/l4proto \{/) && (tcp || uses(/pairs/))) && !(uses(/!= tcp/) && (tcp || uses(/pairs/)));
};

const rules = (family: string, names: readonly string[], most: number): fc.Arbitrary<readonly string[]> =>
  fc.array(
    rule(family, names).filter((text) => sane(text, family)),
    { maxLength: most },
  );

const nat = (family: string): fc.Arbitrary<string> => {
  const target = family === 'ip6' ? '[fd17::2]' : '172.17.0.2';
  const word = family === 'inet' ? 'dnat ip to' : 'dnat to';
  return fc
    .tuple(
      fc.array(matchesFor(family), { maxLength: 1 }),
      fc.constantFrom('6379', '6380', '22'),
      fc.constantFrom(
        'redirect to :6380',
        'redirect to :6379',
        `${word} ${target}:8080`,
        `${word} ${target}`,
        'accept',
        'return',
        'redirect to tcp dport map { 22 : 6379, 6380 : 22 }',
      ),
    )
    .map(([matches, port, target2]) => `${matches.join(' ')} tcp dport ${port} ${target2}`.trim())
    .filter(
      (text) =>
        sane(text, family) && !(family === 'inet' && / ip6 /.test(` ${text}`) && text.includes('dnat ip')),
    );
};

const sets = (family: string): fc.Arbitrary<string> => {
  const set = (name: string, type: string, elements: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc
      .option(elements, { freq: 5 })
      .map(
        (list) =>
          `set ${name} {\n type ${type}\n flags interval\n${list === null ? '' : ` elements = { ${list} }\n`}}`,
      );
  return fc
    .tuple(
      set('a_ip', 'ipv4_addr', some(disjointFour, 5)),
      set('b_ip', 'ipv4_addr', some(disjointFour, 2)),
      set('a_ip6', 'ipv6_addr', some(disjointSix, 4)),
      set('b_ip6', 'ipv6_addr', some(disjointSix, 1)),
      set('ports', 'inet_service', some(disjointPorts, 3)),
      set(
        'pairs_ip',
        'ipv4_addr . inet_service',
        some(['10.0.0.0/8 . 6379', '8.8.8.8 . 1-7000', '203.0.113.0/24 . 22']),
      ),
      fc.constant(`set paced_ip {\n type ipv4_addr\n size 4096\n flags dynamic,timeout\n timeout 1m\n}`),
      fc.constant(`set counted_ip {\n type ipv4_addr\n size 4096\n flags dynamic\n}`),
      fc.constant(`set seen_ip6 {\n type ipv6_addr\n size 4096\n flags dynamic\n}`),
      set('pairs_ip6', 'ipv6_addr . inet_service', some(['fd00::/8 . 6379', '2a00:1450::/32 . 6379-6380'])),
    )
    .map((all) => [...all, ...(family === 'ip' ? [choice] : [])].join('\n'));
};
const choice =
  'map choice {\n type ipv4_addr : verdict\n flags interval\n elements = { 10.0.0.0/8 : accept, 8.8.8.8 : drop, 203.0.113.0/24 : return }\n}';

const chainText = (name: string, head: string, lines: readonly string[]): string =>
  `chain ${name} {\n${[head, ...lines].filter(Boolean).join('\n')}\n}`;

const base = (family: string, names: readonly string[], name: string, hook: string, priority: string) =>
  fc
    .tuple(
      // Where packets leave there is no interface that they came in by.
      rules(family, names, 6).map((lines) =>
        lines.filter((line) => hook !== 'output' || !line.includes('fib ')),
      ),
      fc.constantFrom('accept', 'drop', 'accept'),
    )
    .map(([lines, policy]) =>
      chainText(name, `type filter hook ${hook} priority ${priority}; policy ${policy};`, lines),
    );

const table = (family: string, index: number): fc.Arbitrary<string> => {
  const names = ['one', 'two', 'three'];
  // A chain may only jump to those behind it: no circles.
  const plain = names.map((name, at) =>
    rules(family, names.slice(at + 1), 4).map((lines) => chainText(name, '', lines)),
  );
  const maybe = (chain: fc.Arbitrary<string>, none: number): fc.Arbitrary<string> =>
    fc.oneof({ weight: none, arbitrary: fc.constant('') }, { weight: 1, arbitrary: chain });
  return fc
    .tuple(
      sets(family),
      fc.tuple(...plain),
      base(family, names, 'input', 'input', pickPriority(index)),
      maybe(base(family, names, 'second', 'input', '-5'), 1),
      maybe(base(family, names, 'early', 'prerouting', 'raw'), 1),
      maybe(base(family, names, 'mangled', 'prerouting', 'mangle'), 1),
      maybe(base(family, names, 'forward', 'forward', 'filter'), 1),
      maybe(base(family, [], 'leaving', 'output', 'filter'), 3),
      maybe(
        fc
          .array(nat(family), { maxLength: 3 })
          .map((lines) =>
            chainText('rewritten', 'type nat hook prerouting priority dstnat; policy accept;', lines),
          ),
        1,
      ),
      fc.constantFrom('', '', '', 'notrack'),
    )
    .map(([own, chains, ...rest]) => {
      const [bases, untracked] = [rest.slice(0, -1), rest.at(-1)];
      const track =
        untracked === 'notrack'
          ? chainText('untracked', 'type filter hook prerouting priority raw - 5;', [
              'tcp dport 6380 notrack',
            ])
          : '';
      return `table ${family} t${index} {\n${[own, ...chains.toReversed(), ...bases, track].filter(Boolean).join('\n')}\n}`;
    });
};
const pickPriority = (index: number): string => ['filter', 'filter + 10', '-10'][index] ?? '0';

/** One to three tables. */
export const nftRulesets: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('inet', 'inet', 'ip', 'ip6'), { minLength: 1, maxLength: 3 })
  .chain((families) => fc.tuple(...families.map((family, index) => table(family, index))))
  .map((tables) => `${tables.join('\n')}\n`);
