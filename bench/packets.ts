import {
  type Chain,
  fromRanges,
  fromTexts,
  intersect,
  type Query,
  reach,
  type Rule,
  type RuleSet,
  type Topology,
  union,
  writeAddress,
} from '../src/lang/packets/index.ts';
import type { Row } from './row.ts';

/** As many rules as the biggest block lists have. */
const many = 100_000;
const rounds = 5;

/** Numbers that look random and are the same in every run (xorshift). */
function numbers(): () => number {
  let state = 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const topology: Topology = {
  interfaces: [{ name: 'eth0', addresses: ['198.51.100.1'], networks: ['0.0.0.0/0'] }],
};
const query: Query = { family: 'ipv4', destination: '198.51.100.1', port: 6379, inInterface: 'eth0' };

const rules = (count: number): readonly Rule[] => {
  const next = numbers();
  return Array.from({ length: count }, (_, index) => {
    const source = next();
    return {
      when: [
        { match: 'source', addresses: fromRanges('ipv4', [source, source]) },
        { match: 'protocol', protocols: [6] },
        { match: 'destination-port', ports: [[6379, 6379]] },
      ],
      does: [{ deed: index % 3 === 0 ? 'accept' : 'drop' }],
      at: { file: 'rules', line: index + 1, text: '-A INPUT -s … -p tcp --dport 6379' },
    };
  });
};
const ruleSet = (own: readonly Rule[], others: readonly Chain[] = []): RuleSet => ({
  backend: 'bench',
  problems: [],
  tables: [
    {
      name: 'filter',
      families: ['ipv4'],
      chains: [
        {
          name: 'INPUT',
          base: { hook: 'input', type: 'filter', priority: 0, policy: 'drop' },
          rules: own,
          at: { text: ':INPUT DROP' },
        },
        ...others,
      ],
    },
  ],
});

/** The first time, as a user meets it, and the median of the next ones. */
function measure(what: string, most: number, work: () => void): Row {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  const [first = 0, ...later] = times;
  const median = later.toSorted((a, b) => a - b)[later.length >> 1] ?? first;
  return {
    what,
    ours: `${first.toFixed(0)} ms at first, then ${median.toFixed(0)} ms`,
    peer: '',
    ratio: '',
    target: { words: `${most} ms`, met: first <= most },
  };
}

/** How long it takes to say who gets through rule sets of the size of the biggest block lists. */
export function rows(): Promise<readonly Row[]> {
  const flat = rules(many);
  const inChains = Array.from({ length: many / 100 }, (_, index): Chain => ({
    name: `C${index}`,
    rules: flat.slice(index * 100, index * 100 + 100),
    at: { text: `:C${index}` },
  }));
  const calls = inChains.map(({ name }): Rule => ({
    when: [],
    does: [{ deed: 'jump', chain: name }],
    at: { text: `-j ${name}` },
  }));
  const next = numbers();
  const elements = Float64Array.from({ length: 1_000_000 }, () => next());
  const pairs = new Float64Array(2 * elements.length);
  for (const [index, value] of elements.entries()) pairs.fill(value, 2 * index, 2 * index + 2);
  const million = fromRanges('ipv4', pairs);
  const texts = Array.from(elements, (value) => writeAddress(value));
  const inSet: Rule = {
    when: [{ match: 'source', addresses: million }],
    does: [{ deed: 'drop' }],
    at: { text: '@blocked' },
  };
  const six = Array.from(pairs, (value) => (0x2001_0db8n << 96n) | (BigInt(value) << 40n));
  return Promise.resolve([
    measure('reach: 100,000 rules in one chain', 300, () => reach([ruleSet(flat)], topology, query)),
    measure('reach: 100,000 rules in 1,000 chains', 300, () =>
      reach([ruleSet(calls, inChains)], topology, query),
    ),
    measure('reach: a set of a million, then 100 rules', 300, () =>
      reach([ruleSet([inSet, ...flat.slice(0, 100)])], topology, query),
    ),
    measure('address set: a million IPv4 numbers', 300, () => fromRanges('ipv4', pairs)),
    measure('address set: a million IPv4 texts', 600, () => fromTexts('ipv4', texts)),
    measure('address set: a million IPv6 numbers', 1500, () => fromRanges('ipv6', six)),
    measure('address set: union and intersection of a million and 100,000', 300, () => {
      const other = fromTexts('ipv4', texts.slice(0, many)).addresses;
      intersect(union(million, other), other);
    }),
  ]);
}
