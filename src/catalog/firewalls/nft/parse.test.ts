import { describe, expect, test } from 'vitest';
import { contains, type Match, readAddress, reach, type RuleSet } from '../../../lang/packets/index.ts';
import { parseNft } from './index.ts';

const table = (...lines: readonly string[]): string => `table inet f {\n${lines.join('\n')}\n}\n`;
const input = (...lines: readonly string[]): string =>
  `chain input {\ntype filter hook input priority 0; policy drop;\n${lines.join('\n')}\n}`;
const of = (...lines: readonly string[]): RuleSet => parseNft(table(input(...lines)), { file: 'a.nft' });
const fatal = ({ problems }: RuleSet): readonly string[] =>
  problems.filter((problem) => problem.fatal).map(({ reason }) => reason);
const matches = (line: string): readonly Match[] => of(line).tables[0]?.chains[0]?.rules[0]?.when ?? [];

const topology = { interfaces: [{ name: 'eth0', addresses: ['198.18.0.1', '2001:db8::1'] }] };
/** What becomes of a connection to port 6379. */
function from(source: string, ruleSet: RuleSet): string | undefined {
  const address = readAddress(source);
  const family = source.includes(':') ? 'ipv6' : 'ipv4';
  const destination = family === 'ipv6' ? '2001:db8::1' : '198.18.0.1';
  return reach([ruleSet], topology, { family, destination, port: 6379, inInterface: 'eth0' }).find(
    ({ sources }) => address !== undefined && contains(sources, address.value),
  )?.reach;
}

describe('sources', () => {
  test.each([
    ['ip saddr 10.0.0.0/8 accept', '10.255.255.255', '11.0.0.0'],
    ['ip saddr 10.0.0.1-10.0.0.9 accept', '10.0.0.9', '10.0.0.10'],
    ['ip saddr != 10.0.0.0/8 accept', '11.0.0.0', '10.0.0.0'],
    ['ip saddr { 8.8.8.8, 10.0.0.0/8 } accept', '8.8.8.8', '8.8.8.9'],
    ['ip saddr < 10.0.0.1 accept', '10.0.0.0', '10.0.0.1'],
    ['ip saddr & 255.0.255.255 == 10.0.0.1 accept', '10.9.0.1', '10.9.9.1'],
    ['ip saddr . tcp dport { 10.0.0.0/8 . 6000-6379 } accept', '10.0.0.5', '9.0.0.5'],
    ['ip saddr vmap { 8.8.8.8 : accept, 10.0.0.0/8 : drop }', '8.8.8.8', '10.0.0.1'],
    // The C library takes a leading zero for octal, and so nft does.
    ['ip saddr 010.0.0.1 accept', '8.0.0.1', '10.0.0.1'],
    ['ip6 saddr fd00::/8 accept', 'fd00::5', '2001:db8:f::1'],
    ['ip6 saddr != fd00::/8 accept', '2001:db8:f::1', 'fd00::5'],
  ])('%s', (rule, yes, no) => {
    expect(fatal(of(rule))).toEqual([]);
    expect(from(yes, of(rule))).toBe('certain');
    expect(from(no, of(rule))).toBe('no');
  });

  test('a match of one family says nothing of the other, negated or not', () => {
    expect(from('2001:db8:f::1', of('ip saddr != 10.0.0.0/8 accept'))).toBe('no');
    expect(from('8.8.8.8', of('reject with icmpv6 type port-unreachable', 'accept'))).toBe('certain');
  });

  test('of two base chains with one priority the younger is asked first', () => {
    const marked = parseNft(
      table(
        'chain first {\ntype filter hook prerouting priority raw;\nmeta mark set 1\n}',
        'chain second {\ntype filter hook prerouting priority raw;\nmeta mark 1 drop\n}',
      ),
    );
    expect(from('8.8.8.8', marked)).toBe('certain');
  });

  test('a mark that the same rule sets is seen by what follows in it', () => {
    expect(from('8.8.8.8', of('meta mark 0 meta mark set 1 meta mark 1 accept'))).toBe('certain');
    expect(from('8.8.8.8', of('meta mark 0 meta mark set 1 meta mark 0 accept'))).toBe('no');
  });

  test('conntrack knows nothing of what it was told to leave alone', () => {
    const untracked = 'chain raw {\ntype filter hook prerouting priority raw;\nnotrack\n}';
    const rules = (line: string): RuleSet => parseNft(table(untracked, input(line)));
    expect(from('8.8.8.8', rules('ct direction original accept'))).toBe('no');
    expect(from('8.8.8.8', rules('ct status != dnat accept'))).toBe('no');
    expect(from('8.8.8.8', rules('ct state untracked accept'))).toBe('certain');
  });

  test('what rules write into a set may be in it', () => {
    const set = 'set seen {\ntype ipv4_addr\nflags dynamic,timeout\nelements = { 8.8.8.8 }\n}';
    const ruleSet = parseNft(table(set, input('ip saddr @seen accept', 'add @seen { ip saddr }')));
    expect(from('8.8.8.8', ruleSet)).toBe('certain');
    expect(from('9.9.9.9', ruleSet)).toBe('depends');
  });

  test('a rate is a doubt', () => {
    expect(from('8.8.8.8', of('limit rate 5/second accept'))).toBe('depends');
    expect(matches('limit rate 5/second accept')).toEqual([
      { match: 'opaque', on: 'rate', text: 'limit rate 5/second' },
    ]);
  });

  test('what is written into a set is of one family, and packets of the other do not meet the rest', () => {
    const written = (line: string, type = 'ipv4_addr'): RuleSet =>
      parseNft(table(`set seen {\ntype ${type}\nflags dynamic,timeout\n}`, input(line, 'accept')));
    for (const line of [
      'add @seen { ip saddr timeout 1h } drop',
      'update @seen { ip saddr } drop',
      'set add ip saddr @seen drop',
      'meter own { ip saddr timeout 60s } drop',
      'meta mark set 1 add @seen { ip saddr } drop',
    ]) {
      expect(from('8.8.8.8', written(line)), line).toBe('no');
      expect(from('2001:db8:f::1', written(line)), line).toBe('certain');
    }
    const six = written('add @seen { ip6 saddr } drop', 'ipv6_addr');
    expect([from('8.8.8.8', six), from('2001:db8:f::1', six)]).toEqual(['certain', 'no']);
  });

  test('a rate of each source by itself; in bytes the first packet may be too much', () => {
    const paced = (rate: string): RuleSet =>
      parseNft(
        table(
          'set seen {\ntype ipv4_addr\nflags dynamic\n}',
          input(`add @seen { ip saddr limit rate ${rate} } drop`, 'accept'),
        ),
      );
    expect(from('8.8.8.8', paced('over 10/second'))).toBe('certain');
    expect(from('8.8.8.8', paced('over 10 bytes/second'))).toBe('depends');
    expect(from('8.8.8.8', paced('over 1 kbytes/second burst 1 kbytes'))).toBe('depends');
  });

  test('a dormant table is asleep', () => {
    expect(from('8.8.8.8', parseNft(table('flags dormant', input('drop'))))).toBe('certain');
  });
});

describe('files', () => {
  test('variables, line continuation, comments, priorities by name', () => {
    const ruleSet = parseNft(
      'define net = { 10.0.0.0/8, \\\n 8.8.8.8 } # both\ndefine p = 6379\n' +
        'table inet f {\nchain c {\ntype filter hook input priority filter - 10; policy drop\nip saddr $net tcp dport $p accept\n}\n}\n',
    );
    expect(fatal(ruleSet)).toEqual([]);
    expect(ruleSet.tables[0]?.chains[0]?.base?.priority).toBe(-10);
    expect(from('8.8.8.8', ruleSet)).toBe('certain');
    expect(from('8.8.8.9', ruleSet)).toBe('no');
  });

  test('commands say the same as blocks', () => {
    const ruleSet = parseNft(
      'flush ruleset\nadd table inet f\nadd set inet f s { type ipv4_addr; flags interval; }\n' +
        'add chain inet f c { type filter hook input priority 0; policy drop; }\n' +
        'add rule inet f c drop\ninsert rule inet f c ip saddr @s accept\nadd element inet f s { 10.0.0.0/8 }\n',
    );
    expect(fatal(ruleSet)).toEqual([]);
    expect(from('10.1.1.1', ruleSet)).toBe('certain');
  });

  test('an include is asked for, and its rules have its name', () => {
    const text = `${table(input())}include "more.nft"\n`;
    const ruleSet = parseNft(text, {
      include: (pattern) => [{ file: pattern, text: 'add rule inet f input accept\n' }],
    });
    expect(ruleSet.tables[0]?.chains[0]?.rules[0]?.at).toEqual({ file: 'more.nft', line: 1, text: 'accept' });
    expect(fatal(parseNft(text, { include: () => undefined }))).toEqual([
      'there is no file more.nft to include',
    ]);
    expect(parseNft(text).problems).toMatchObject([{ fatal: false }]);
  });

  test('a file that includes itself ends', () => {
    const text = 'include "self.nft"\n';
    expect(fatal(parseNft(text, { include: () => [{ file: 'self.nft', text }] }))).toEqual([
      'includes are nested too deeply',
    ]);
  });

  test('rules know their line, and their handle where the list tells it', () => {
    expect(of('', 'tcp dport 22 accept # handle 7').tables[0]?.chains[0]?.rules[0]?.at).toEqual({
      file: 'a.nft',
      line: 5,
      handle: 7,
      text: 'tcp dport 22 accept',
    });
  });
});

describe('what nft refuses is fatal', () => {
  test.each([
    'jump nowhere',
    'jump input',
    'ip saddr @nothing accept',
    'tcp dport 70000 accept',
    'tcp dport 9-1 accept',
    'tcp dport nosuch accept',
    'tcp dport 22,23 accept',
    'ip saddr 10.0.0.0/33 accept',
    'accept drop',
    'ct state sleepy accept',
    'ip saddr 1.2.3.4 ip6 saddr ::1 accept',
    'meta l4proto tcp udp dport 53 accept',
    'tcp dport vmap { 22 : accept, 0-1023 : drop }',
    'ip saddr $nothing accept',
    'tcp dprot 22 accept',
    'tcp dport { } accept',
  ])('%s', (rule) => {
    const ruleSet = of(rule, 'accept');
    expect(fatal(ruleSet)).not.toEqual([]);
    // The rule is still there, and so is the one behind it.
    expect(ruleSet.tables[0]?.chains[0]?.rules.length).toBeGreaterThanOrEqual(2);
  });

  test('jumps in a circle, where packets come', () => {
    const circle = 'chain a {\njump b\n}\nchain b {\njump a\n}';
    expect(fatal(parseNft(table(circle, input('jump a'))))).toEqual(['jumps go in a circle: a']);
    expect(fatal(parseNft(table(circle)))).toEqual([]);
  });

  test('a block that is cut off, and braces without end', () => {
    expect(fatal(parseNft('table inet f {\nchain c {\naccept\n'))).not.toEqual([]);
    expect(fatal(of(`tcp dport ${'{'.repeat(10_000)}`))).not.toEqual([]);
  });

  test('variables that multiply are cut short', () => {
    const lines = ['define a0 = { 1, 2 }'];
    for (let at = 1; at < 40; at++) lines.push(`define a${at} = { $a${at - 1}, $a${at - 1} }`);
    expect(fatal(parseNft(`${lines.join('\n')}\n`))).not.toEqual([]);
  });
});
