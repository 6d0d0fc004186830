import { describe, expect, it } from 'vitest';
import {
  type Chain,
  type Deed,
  fromCidr,
  lintRuleSets,
  type Match,
  type Rule,
  type RuleSet,
  type Topology,
} from './index.ts';

const accept: Deed = { deed: 'accept' };
const drop: Deed = { deed: 'drop' };
const from = (text: string): Match => {
  const addresses = fromCidr(text);
  if (!addresses) throw new Error(text);
  return { match: 'source', addresses };
};
const port = (first: number, last = first): Match => ({ match: 'destination-port', ports: [[first, last]] });
const tcp: Match = { match: 'protocol', protocols: [6] };
const by = (name: string): Match => ({ match: 'in-interface', names: [name] });
const rules = (...some: readonly (readonly [Deed, ...(readonly Match[])])[]): readonly Rule[] =>
  some.map(([deed, ...when], index) => ({
    when,
    does: [deed],
    at: { line: index + 1, text: `line ${index + 1}` },
  }));
const input = (some: readonly Rule[], policy: 'accept' | 'drop' = 'accept'): Chain => ({
  name: 'INPUT',
  base: { hook: 'input', type: 'filter', priority: 0, policy },
  rules: some,
  at: { text: 'policy' },
});
const set = (families: RuleSet['tables'][number]['families'], ...chains: readonly Chain[]): RuleSet => ({
  backend: 'test',
  problems: [],
  tables: [{ name: 'filter', families, chains }],
});
const nowhere: Topology = { interfaces: [] };
const lint = (...some: readonly Rule[]): readonly string[] =>
  lintRuleSets([set(['ipv4'], input(some))], nowhere).map(
    ({ kind, at, by }) => `${at.text} ${kind}${by.map((one) => ` ${one.line}`).join('')}`,
  );

describe('rules that never have a say', () => {
  it.each<readonly [string, readonly Rule[], readonly string[]]>([
    [
      'accept after drop',
      rules([drop, port(6379)], [accept, from('10.0.0.0/8'), port(6379)]),
      ['line 2 accept-after-drop 1'],
    ],
    [
      'drop after accept',
      rules([accept, port(6379)], [drop, from('10.0.0.0/8'), port(6379)]),
      ['line 2 shadowed 1'],
    ],
    [
      'twice the same',
      rules([accept, port(6379)], [accept, from('10.0.0.0/8'), port(6379)]),
      ['line 2 redundant 1'],
    ],
    [
      'decided by two together',
      rules([drop, from('10.0.0.0/9')], [accept, from('10.128.0.0/9')], [drop, from('10.0.0.0/8')]),
      ['line 3 shadowed 1 2'],
    ],
    [
      'a range of ports contains it',
      rules([drop, tcp, port(6000, 7000)], [accept, tcp, port(6379)]),
      ['line 2 accept-after-drop 1'],
    ],
    ['sources that are nobody', rules([accept, from('10.0.0.0/8'), from('11.0.0.0/8')]), ['line 1 dead']],
    // All of these have a say.
    ['another port', rules([drop, port(6379)], [accept, port(6380)]), []],
    ['a narrower one first', rules([accept, from('10.0.0.0/8')], [drop]), []],
    ['one that is for TCP only first', rules([drop, tcp], [accept]), []],
    ['one interface first', rules([drop, by('eth0')], [accept, by('eth1')]), []],
    [
      'what may apply and may not',
      rules([drop, { match: 'opaque', on: 'rate', text: '-m limit' }], [accept]),
      [],
    ],
    ['another protocol', rules([drop], [accept, { match: 'never', why: 'icmp' }]), []],
    ['IPv6 after IPv4', rules([drop, from('0.0.0.0/0')], [accept, from('::/0')]), []],
  ])('%s', (_, some, expected) => expect(lint(...some)).toEqual(expected));

  it('are found among a hundred thousand', () => {
    const many = Array.from({ length: 100_000 }, (_, index): readonly [Deed, ...(readonly Match[])] => [
      index % 2 ? accept : drop,
      from(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`),
    ]);
    expect(lint(...rules(...many, [accept, from('10.0.0.0/24')]))).toEqual([
      'line 100001 shadowed 1 2 3 4 5',
    ]);
  });
});

describe('chains', () => {
  const plain = (name: string, ...some: readonly Rule[]): Chain => ({
    name,
    rules: some,
    at: { text: name },
  });
  it('that nobody calls, jumps to nowhere and in a circle', () => {
    const jump = (chain: string): Deed => ({ deed: 'jump', chain });
    const table = set(
      ['ipv4'],
      input(rules([jump('a'), tcp], [jump('missing'), tcp])),
      plain('a', ...rules([jump('b'), tcp])),
      plain('b', ...rules([jump('a'), tcp])),
      plain('lonely', ...rules([drop])),
      plain('empty'),
    );
    expect(lintRuleSets([table], nowhere).map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      'no-such-chain: there is no chain missing',
      'cycle: chain a leads back here',
      'uncalled-chain: nothing leads to chain lonely: its 1 rules are never asked',
    ]);
  });
});

describe('the host', () => {
  const topology: Topology = {
    interfaces: [
      {
        name: 'eth0',
        addresses: ['198.51.100.1', 'fe80::1', '2001:db8::1'],
        networks: ['0.0.0.0/0', '::/0'],
      },
    ],
  };
  it('has no such interface', () => {
    const some = input(rules([drop, by('eth1')], [drop, by('eth+')], [drop, by('wg*')], [accept, by('lo')]));
    expect(lintRuleSets([set(['ipv4', 'ipv6'], some)], topology).map(({ reason }) => reason)).toEqual([
      'this host has no interface eth1',
      'this host has no interface wg*',
    ]);
  });
  it('is shut over IPv4 and open over IPv6', () => {
    const four = set(['ipv4'], input(rules([accept, port(22)]), 'drop'));
    expect(lintRuleSets([four], topology).map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      'one-family: over IPv6 all may reach 6379 by eth0, which over IPv4 is shut',
    ]);
    const both = set(['ipv4', 'ipv6'], input(rules([accept, port(22)]), 'drop'));
    expect(lintRuleSets([both], topology)).toEqual([]);
  });
});
