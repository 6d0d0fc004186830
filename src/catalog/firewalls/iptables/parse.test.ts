import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Family, toRanges } from '../../../lang/packets/index.ts';
import { parseIpsetSave } from '../ipset/index.ts';
import { parseIptablesSave } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

/** One rule in the chain INPUT of the table filter. */
function ruleOf(words: string, family: Family = 'ipv4') {
  const { tables, problems } = parseIptablesSave(
    `*filter\n:INPUT ACCEPT [0:0]\n:own - [0:0]\n-A INPUT ${words}\nCOMMIT\n`,
    { family },
  );
  return {
    rule: tables[0]?.chains[0]?.rules[0],
    refused: problems.filter(({ fatal }) => fatal).map(({ reason }) => reason),
    doubted: problems.filter(({ fatal }) => !fatal).map(({ reason }) => reason),
  };
}

const sourcesOf = (words: string, family: Family = 'ipv4'): unknown => {
  const match = ruleOf(words, family).rule?.when[0];
  return match?.match === 'source' ? toRanges(match.addresses).map((range) => range.join('-')) : match;
};

describe('addresses', () => {
  it.each([
    ['-s 10.1.2.3', ['10.1.2.3-10.1.2.3']],
    ['-s 10.1.2.3/8', ['10.0.0.0-10.255.255.255']],
    ['-s 10/8', ['10.0.0.0-10.255.255.255']],
    ['-s 010.0.0.0/8', ['8.0.0.0-8.255.255.255']],
    ['--source=1.2.3.4/255.255.0.0', ['1.2.0.0-1.2.255.255']],
    ['-s1.2.3.4,1.2.3.5', ['1.2.3.4-1.2.3.5']],
    ['-s 0.0.0.1/254.0.0.255', ['0.0.0.1-0.0.0.1', '0.0.1.1-0.0.1.1']],
  ] as const)('%s', (words, first) => {
    const found = sourcesOf(`${words} -j DROP`);
    if (words.includes('254')) expect(found).toMatchObject({ match: 'opaque' });
    else expect(found).toEqual(first);
  });
  it('of IPv6, with masks of any kind', () => {
    expect(sourcesOf('-s 2001:db8::5/32', 'ipv6')).toEqual([
      '2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    ]);
    expect(sourcesOf('-s ::5/::7', 'ipv6')).toMatchObject({ match: 'opaque' });
    expect(sourcesOf('-s 2001::5/ffff:fffe:ffff:ffff:ffff:ffff:ffff:ffff', 'ipv6')).toEqual([
      '2001::5-2001::5',
      '2001:1::5-2001:1::5',
    ]);
  });
  it('a name is looked up when the rules are loaded, and so undecided', () => {
    expect(ruleOf('-s office.example -j ACCEPT')).toMatchObject({
      rule: { when: [{ match: 'opaque' }] },
      refused: [],
      doubted: [expect.stringContaining('looked up')],
    });
  });
});

describe('what iptables-restore refuses', () => {
  it.each([
    '-s 1.2.3.4.5 -j DROP',
    '-s 10.0.0.0/33 -j DROP',
    '! -s 10.0.0.1,10.0.0.2 -j DROP',
    '-s ! 10.0.0.1 -j DROP',
    '! -s 10.0.0.1 -d 10.0.0.2,10.0.0.3 -j DROP',
    '-p nonsense -j DROP',
    '-p tcp -p udp -j DROP',
    '--dport 22 -j DROP',
    '-m tcp --dport 22 -j DROP',
    '-p udp -m tcp --dport 22 -j DROP',
    '-p tcp --dport 81:4 -j DROP',
    '-p tcp --dport 65536 -j DROP',
    '-m multiport --dports 22 -p tcp -j DROP',
    '-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 -j DROP',
    '-m state --state NEWER -j DROP',
    '-m conntrack -j DROP',
    '-m limit --limited 5 -j DROP',
    '-o eth0 -j DROP',
    '-j NOWHERE',
    '-g NOWHERE',
    '-j DNAT --to-destination 1.2.3.4',
    '-j MASQUERADE',
    '-t filter -j DROP',
    '-j DROP stray',
    '-j DROP !',
    '-p tcp ! ! --dport 5 -j DROP',
    '-m comment --comment "never closed -j DROP',
  ])('%s', (words) => expect(ruleOf(words).refused).not.toEqual([]));

  it.each([
    '-p tcp -m multiport --dport 80,81 -j DROP',
    '-ptcp --dport=22 -jDROP',
    '-p tcp --dport redis -j DROP -c 1 2',
    '--protocol tcp --destination-port 22 --in-interface eth+ --jump own',
    '-m comment --comment "a \\" b" -g own',
    '-p tcp ! --syn -m state ! --state NEW -j REJECT --reject-with tcp-reset',
    '-6 -s fd00::1 -j ACCEPT',
  ])('and what it takes: %s', (words) => {
    const wrong = ruleOf(words).refused;
    expect(wrong).toEqual([]);
  });

  it.each([
    ['a file cut short', '*filter\n:INPUT DROP [0:0]\n', 2],
    ['line ends of Windows', '*filter\r\n:INPUT DROP [0:0]\r\nCOMMIT\r\n', 1],
    ['no table', '-A INPUT -j DROP\n', 1],
    ['an unknown table', '*filters\nCOMMIT\n', 1],
    ['a rule of no chain', '*filter\n-A OTHER -j DROP\nCOMMIT\n', 2],
    ['a chain after it is used', '*filter\n-A INPUT -j X\n:X - [0:0]\nCOMMIT\n', 2],
    ['DROP in nat', '*nat\n-A PREROUTING -j DROP\nCOMMIT\n', 2],
    ['a ring of jumps', '*filter\n:A - [0:0]\n:B - [0:0]\n-A A -j B\n-A B -j A\n-A INPUT -j A\nCOMMIT\n', 5],
    [
      'DNAT that packets of POSTROUTING meet',
      '*nat\n:A - [0:0]\n-A A -j DNAT --to-destination 1.1.1.1\n-A POSTROUTING -j A\nCOMMIT\n',
      3,
    ],
    ['COMMIT with more on its line', '*filter\nCOMMIT now\n', 2],
    ['an indented comment', '*filter\n # no\nCOMMIT\n', 2],
    ['a policy that is none', '*filter\n:INPUT accept [0:0]\nCOMMIT\n', 2],
  ] as const)('%s', (_, text, line) => {
    const { problems } = parseIptablesSave(text, { family: 'ipv4', file: 'rules.v4' });
    expect(problems.find(({ fatal }) => fatal)?.at).toMatchObject({ file: 'rules.v4', line });
  });
});

describe('commands of a file written by hand', () => {
  const chain = (lines: readonly string[]): readonly string[] =>
    parseIptablesSave(['*filter', ...lines, 'COMMIT', ''].join('\n'), { family: 'ipv4' })
      .tables[0]?.chains.find(({ name }) => name === 'INPUT')
      ?.rules.map(({ at }) => at.text) ?? [];
  const [a, b, c] = ['-A INPUT -p tcp', '-I INPUT -p udp', '-I INPUT 2 -p icmp'];
  it('are carried out in order', () => {
    expect(chain([a, b])).toEqual([b, a]);
    expect(chain([a, b, c])).toEqual([b, c, a]);
    expect(chain([a, b, '-D INPUT 1'])).toEqual([a]);
    expect(chain([a, b, '-D INPUT -p tcp'])).toEqual([b]);
    expect(chain([a, '-R INPUT 1 -p udp'])).toEqual(['-R INPUT 1 -p udp']);
    expect(chain([a, '-F INPUT'])).toEqual([]);
    expect(chain([a, '-F'])).toEqual([]);
  });
  it('-P, -N and :CHAIN say the same', () => {
    const read = (lines: string): unknown =>
      parseIptablesSave(`*filter\n${lines}\nCOMMIT\n`, { family: 'ipv4' }).tables[0]?.chains.map(
        ({ name, base }) => [name, base?.policy],
      );
    expect(read('-P INPUT DROP\n-N own')).toEqual(read(':INPUT DROP [5:6]\n:own - [0:0]'));
  });
  it('a table that is given again takes the place of the first', () => {
    const { tables, problems } = parseIptablesSave(
      '*filter\n-A INPUT -j DROP\nCOMMIT\n*filter\n-A INPUT -j ACCEPT\nCOMMIT\n',
      { family: 'ipv4' },
    );
    expect(tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules))).toHaveLength(1);
    expect(problems).toHaveLength(1);
  });
});

describe('modules', () => {
  it('that are not known stay as undecided', () => {
    expect(ruleOf('-m strange --odd 5 --more -j ACCEPT')).toMatchObject({
      rule: { when: [{ match: 'opaque', text: '-m strange --odd 5 --more' }], does: [{ deed: 'accept' }] },
      refused: [],
    });
  });
  it('marks are written as the kernel writes them', () => {
    const deed = (words: string): unknown => ruleOf(`-j MARK ${words}`).rule?.does[0];
    expect(deed('--set-mark 0x1/0x4')).toEqual({ deed: 'set-mark', value: 1, mask: 5 });
    expect(deed('--set-xmark 0x1/0x4')).toEqual({ deed: 'set-mark', value: 1, mask: 4 });
    expect(deed('--or-mark 2')).toEqual({ deed: 'set-mark', value: 2, mask: 2 });
    expect(deed('--xor-mark 2')).toEqual({ deed: 'set-mark', value: 2, mask: 0 });
    expect(deed('--and-mark 0xf0')).toEqual({ deed: 'set-mark', value: 0, mask: 0xff_ff_ff_0f });
  });
});

describe('sets', () => {
  const sets = parseIpsetSave(
    [
      'create nets hash:net family inet hashsize 1024 maxelem 65536',
      'add nets 10.0.0.0/8',
      'add nets 10.1.0.0/16 nomatch',
      'add nets 10.1.2.0/24 timeout 300 comment "nomatch in words"',
      'create pairs hash:ip,port family inet',
      'add pairs 10.0.0.1,tcp:6379',
      'add pairs 10.0.0.2,tcp:6379',
      '',
    ].join('\n'),
  );
  const matches = (words: string): unknown =>
    parseIptablesSave(`*filter\n-A INPUT -m set ${words}\nCOMMIT\n`, { family: 'ipv4', sets }).tables[0]
      ?.chains[0]?.rules[0]?.when;
  it('hold what the most exact element says', () => {
    expect(sets.problems).toEqual([]);
    const [match] = matches('--match-set nets src') as readonly [{ addresses: never; match: string }];
    expect(match.match).toBe('source');
    expect(toRanges(match.addresses)).toEqual([
      ['10.0.0.0', '10.0.255.255'],
      ['10.1.2.0', '10.1.2.255'],
      ['10.2.0.0', '10.255.255.255'],
    ]);
  });
  it('of several parts are one condition for all that differ in their address only', () => {
    expect(matches('--match-set pairs src,dst')).toMatchObject([
      {
        match: 'any',
        of: [
          [{ match: 'source' }, { match: 'protocol' }, { match: 'destination-port', ports: [[6379, 6379]] }],
        ],
      },
    ]);
  });
  it('are undecided where rules write into them, or their members are not known', () => {
    expect(
      parseIptablesSave('*filter\n-A INPUT -m set --match-set x src\nCOMMIT\n', { family: 'ipv4' }).tables[0]
        ?.chains[0]?.rules[0]?.when,
    ).toMatchObject([{ match: 'opaque', on: 'set' }]);
  });
});

describe('laws', () => {
  const pieces = fc.constantFrom(
    '*filter',
    '*nat',
    'COMMIT',
    ':INPUT DROP [0:0]',
    ':X - [0:0]',
    '-A INPUT',
    '-A X',
    '-I INPUT',
    '-D INPUT',
    '-s',
    '-d',
    '10.0.0.0/8',
    '!',
    '-p',
    'tcp',
    '-m',
    'multiport',
    '--dports',
    '22,80',
    '-j',
    'X',
    'DROP',
    '-g',
    '"',
    '\\',
    '\n',
    '\r\n',
    '--match-set',
    'set',
    'src',
    '-i',
    'eth+',
    '[1:2]',
    '--to-destination',
    'DNAT',
    ':80',
    '\0',
    '-E',
    '-R',
    '0',
    '-',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 60 }).map((some) => some.join(' ').replaceAll(' \n ', '\n')),
  );
  it('no text makes the readers throw, and every problem has a line', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('ipv4' as const, 'ipv6' as const), (some, family) => {
        const { problems } = parseIptablesSave(some, { family, sets: parseIpsetSave(some) });
        for (const { at } of problems) expect(at.line).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: runs },
    );
  });
  it('ten thousand chains deep is read as one', () => {
    const chains = Array.from({ length: 10_000 }, (_, index) => index);
    const deep = [
      '*filter',
      ...chains.map((index) => `:c${index} - [0:0]`),
      '-A INPUT -j c0',
      ...chains.slice(1).map((index) => `-A c${index - 1} -j c${index}`),
      'COMMIT',
      '',
    ];
    expect(parseIptablesSave(deep.join('\n'), { family: 'ipv4' }).problems).toEqual([]);
  });
});
