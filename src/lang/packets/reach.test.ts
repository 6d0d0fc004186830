import { describe, expect, it } from 'vitest';
import {
  type Answer,
  type BaseChain,
  type Chain,
  type Deed,
  emptySet,
  fromCidr,
  type Match,
  type Query,
  reach,
  type Rule,
  type RuleSet,
  sizeOf,
  toCidrs,
  type Topology,
} from './index.ts';

const accept: Deed = { deed: 'accept' };
const drop: Deed = { deed: 'drop' };
const from = (text: string, not = false): Match => {
  const addresses = fromCidr(text);
  if (!addresses) throw new Error(text);
  return { match: 'source', addresses, not };
};
const to = (text: string): Match => ({ ...from(text), match: 'destination' }) as Match;
const port = (number: number): Match => ({ match: 'destination-port', ports: [[number, number]] });
const limit: Match = { match: 'opaque', on: 'rate', text: '-m limit' };
const jump = (chain: string): Deed => ({ deed: 'jump', chain });
let line = 0;
const rule = (does: Deed | readonly Deed[], ...when: readonly Match[]): Rule => ({
  when,
  does: [does].flat(),
  at: { line: ++line, text: `line ${line}` },
});
const base = (
  hook: BaseChain['hook'],
  rules: readonly Rule[],
  { policy = 'accept', type = 'filter', priority = 0 }: Partial<BaseChain> = {},
): Chain => ({
  name: `${hook}${type}${priority}`,
  base: { hook, type, priority, policy },
  rules,
  at: { text: `policy of ${hook}` },
});
const chain = (name: string, ...rules: readonly Rule[]): Chain => ({ name, rules, at: { text: name } });
const set = (...chains: readonly Chain[]): RuleSet => ({
  backend: 'test',
  problems: [],
  tables: [{ name: 'filter', families: ['ipv4', 'ipv6'], chains }],
});
const topology: Topology = {
  interfaces: [
    { name: 'eth0', addresses: ['198.51.100.1', '2001:db8::1'], networks: ['0.0.0.0/0', '::/0'] },
    { name: 'docker0', addresses: ['172.17.0.1'], networks: ['172.17.0.0/16'] },
  ],
};
const outside: Query = { family: 'ipv4', destination: '198.51.100.1', port: 6379, inInterface: 'eth0' };
const say = (answers: readonly Answer[]): readonly string[] =>
  answers.map(({ sources, reach, because, on, arrival, sourcePorts }) =>
    [
      toCidrs(sources).length > 3 ? sizeOf(sources) : toCidrs(sources).join(' '),
      reach,
      because.text,
      ...on,
      ...(arrival && reach !== 'no'
        ? [`${arrival.destination}:${arrival.port}${arrival.local ? '' : ' behind'}`]
        : []),
      ...(sourcePorts ? [`from port ${sourcePorts.map((range) => range.join('-')).join(' ')}`] : []),
    ].join(', '),
  );
const ask = (rules: RuleSet | readonly RuleSet[], query: Partial<Query> = {}): readonly string[] =>
  say(reach([rules].flat(), topology, { ...outside, ...query }));
const numbered = (start: number): void => {
  line = start;
};

describe('who reaches a port', () => {
  it('without any rules: everybody', () => {
    expect(ask([])).toEqual(['0.0.0.0/0, certain, no rule, 198.51.100.1:6379']);
  });

  it('is said with the rule that decides, or the policy', () => {
    numbered(0);
    const rules = set(
      base(
        'input',
        [rule(accept, from('10.0.0.0/8'), port(6379)), rule(drop, port(6379)), rule(accept, port(22))],
        {
          policy: 'drop',
        },
      ),
    );
    expect(ask(rules)).toEqual([
      '10.0.0.0/8, certain, line 1, 198.51.100.1:6379',
      `${2 ** 32 - 2 ** 24}, no, line 2`,
    ]);
    expect(ask(rules, { port: 22 })).toEqual(['0.0.0.0/0, certain, line 3, 198.51.100.1:22']);
    expect(ask(rules, { port: 23 })).toEqual(['0.0.0.0/0, no, policy of input']);
  });

  it('goes through every base chain of a hook, of whichever program; a drop is final', () => {
    numbered(0);
    const legacy = set(base('input', [rule(accept)]));
    const other = set(base('input', [rule(drop, from('10.0.0.0/8'))], { priority: 10 }));
    expect(ask([other, legacy], { sources: fromCidr('10.0.0.0/7') ?? emptySet('ipv4') })).toEqual([
      '11.0.0.0/8, certain, line 1, 198.51.100.1:6379',
      '10.0.0.0/8, no, line 2',
    ]);
  });

  it('does not know the way back where there are other routes, and counts own addresses by their interface', () => {
    const back: Match = { match: 'reverse-path', loose: false, local: true, marked: false };
    const asked = (more: Partial<Topology>, query: Partial<Query>): readonly string[] =>
      say(
        reach(
          [set(base('prerouting', [rule(accept, back), rule(drop)]))],
          { ...topology, ...more },
          { ...outside, ...query },
        ),
      ).map((line) => line.replace(/, (?:line|no rule|policy).*/, ''));
    const one = (text: string) => ({ sources: fromCidr(text) ?? emptySet('ipv4') });
    expect(asked({}, one('8.8.8.8'))).toEqual(['8.8.8.8, certain']);
    expect(asked({}, one('172.17.0.1'))).toEqual(['172.17.0.1, no']);
    expect(asked({}, one('198.51.100.1'))).toEqual(['198.51.100.1, certain']);
    for (const from of ['8.8.8.8', '172.17.0.9'])
      expect(asked({ otherRoutes: true }, one(from))).toEqual([`${from}, depends`]);
  });

  it('counts each source by itself where it comes in, and all clients as one where the answer leaves', () => {
    const often = (on: 'rate' | 'recent', not = false): Match => ({
      match: 'unusual',
      on,
      text: 'often',
      not,
    });
    for (const on of ['rate', 'recent'] as const) {
      numbered(0);
      expect(ask(set(base('input', [rule(drop, often(on))])))).toEqual([
        '0.0.0.0/0, certain, policy of input, 198.51.100.1:6379',
      ]);
      for (const hook of ['output', 'postrouting'] as const) {
        expect(ask(set(base(hook, [rule(drop, often(on))])))).toMatchObject([
          expect.stringMatching(`^0.0.0.0/0, depends, .*${on}`),
        ]);
        expect(ask(set(base(hook, [rule(accept, often(on, true)), rule(drop)])))).toMatchObject([
          expect.stringMatching(`^0.0.0.0/0, depends, .*${on}`),
        ]);
      }
    }
  });

  it('depends on what nobody knows beforehand, and only on that', () => {
    numbered(0);
    expect(ask(set(base('input', [rule(accept, limit)], { policy: 'drop' })))).toEqual([
      '0.0.0.0/0, depends, line 1, rate, 198.51.100.1:6379',
    ]);
    // It makes no difference whether these apply.
    expect(
      ask(
        set(
          base('input', [rule({ deed: 'go-on' }, limit), rule(jump('log'), limit), rule(accept)]),
          chain('log'),
        ),
      ),
    ).toHaveLength(1);
    numbered(0);
    const logging = [rule(jump('log'), limit), rule(accept)];
    expect(ask(set(base('input', logging), chain('log', rule({ deed: 'return' }))))).toEqual([
      '0.0.0.0/0, certain, line 2, 198.51.100.1:6379',
    ]);
  });

  it('follows a rewritten destination to where it leads', () => {
    numbered(0);
    const target = fromCidr('172.17.0.2');
    const docker = set(
      base(
        'prerouting',
        [rule({ deed: 'dnat', ...(target ? { to: target } : {}), port: [6379, 6379] }, port(7000))],
        {
          type: 'nat',
          priority: -100,
        },
      ),
      base('input', [rule(drop)]),
      base(
        'forward',
        [
          rule(accept, { match: 'ct-state', states: ['established'] }),
          rule(accept, to('172.17.0.2'), port(6379), { match: 'out-interface', names: ['docker+'] }),
        ],
        {
          policy: 'drop',
        },
      ),
    );
    expect(ask(docker, { port: 7000 })).toEqual(['0.0.0.0/0, certain, line 4, 172.17.0.2:6379 behind']);
    expect(ask(docker)).toEqual(['0.0.0.0/0, no, line 2']);
    expect(say(reach([docker], { ...topology, forwarding: false }, { ...outside, port: 7000 }))).toEqual([
      '0.0.0.0/0, no, 172.17.0.2 is not of this host, which forwards nothing',
    ]);
  });

  it('needs the answer to get back', () => {
    numbered(0);
    const deaf = base('output', [rule(accept, { match: 'ct-state', states: ['new'] })], { policy: 'drop' });
    expect(ask(set(base('input', []), deaf))).toEqual(['0.0.0.0/0, no, policy of output']);
    const hearing = base('output', [rule(accept, { match: 'ct-state', states: ['established'] })], {
      policy: 'drop',
    });
    expect(ask(set(base('input', []), hearing))).toEqual([
      '0.0.0.0/0, certain, policy of input, 198.51.100.1:6379',
    ]);
  });

  it('asks from the host itself through output and input, by lo', () => {
    numbered(0);
    const rules = set(
      base('input', [rule(accept, { match: 'in-interface', names: ['lo'] })], { policy: 'drop' }),
    );
    expect(ask(rules, { inInterface: 'lo', destination: '127.0.0.1' })[0]).toMatch(/certain, line 1/);
    expect(ask(rules)).toEqual(['0.0.0.0/0, no, policy of input']);
  });

  it('lets a stranger choose its port, but counts on none below 1024', () => {
    const source = (low: number, high: number): Match => ({ match: 'source-port', ports: [[low, high]] });
    numbered(0);
    expect(ask(set(base('input', [rule(accept, source(53, 53))], { policy: 'drop' })))).toEqual([
      '0.0.0.0/0, certain, line 1, 198.51.100.1:6379, from port 53-53',
    ]);
    expect(ask(set(base('input', [rule(accept, source(1024, 65535))], { policy: 'drop' })))[0]).toMatch(
      /certain/,
    );
  });

  it('of addresses that nobody outside can send to', () => {
    expect(ask([], { destination: '127.0.0.1' })[0]).toMatch(/depends.*route/);
    expect(ask([], { destination: '::1', family: 'ipv6' })[0]).toMatch(/no, ::1 is not reached/);
    expect(ask([], { destination: 'localhost' })).toEqual([]);
    expect(ask([], { destination: '::1' })).toEqual([]);
  });
});

describe('rules that make no sense are never taken for safe, nor for open', () => {
  it('a jump in a circle, and one to nowhere', () => {
    numbered(0);
    const circle = set(
      base('input', [rule(jump('a'))]),
      chain('a', rule(jump('b'))),
      chain('b', rule(jump('a'))),
    );
    expect(ask(circle)).toEqual(['0.0.0.0/0, depends, line 3, other, 198.51.100.1:6379']);
    numbered(0);
    expect(ask(set(base('input', [rule(jump('nowhere'), from('10.0.0.0/8')), rule(drop)])))).toEqual([
      '10.0.0.0/8, depends, line 1, other, 198.51.100.1:6379',
      `${2 ** 32 - 2 ** 24}, no, line 2`,
    ]);
  });

  it('ten thousand chains in chains', () => {
    numbered(0);
    const deep = Array.from({ length: 10_000 }, (_, index) =>
      chain(`c${index}`, rule(jump(`c${index + 1}`))),
    );
    expect(ask(set(base('input', [rule(jump('c0'))]), ...deep))[0]).toMatch(/depends, line \d+, other/);
  });

  it('chains that call the next one twice, thirty deep', () => {
    numbered(0);
    const twice = Array.from({ length: 30 }, (_, index) =>
      chain(`c${index}`, rule(jump(`c${index + 1}`)), rule(jump(`c${index + 1}`))),
    );
    const rules = set(base('input', [rule(jump('c0'))]), ...twice, chain('c30', rule(drop, port(1))));
    expect(ask(rules)[0]).toMatch(/depends, line \d+, other/);
  });

  it('a thousand marks, where every rule doubles the classes', () => {
    numbered(0);
    const doubling = Array.from({ length: 20 }, (_, bit) =>
      rule({ deed: 'set-mark', value: 2 ** bit, mask: 2 ** bit }, limit),
    );
    expect(ask(set(base('input', [...doubling, rule(drop)])))).toEqual(
      expect.arrayContaining([expect.stringMatching(/depends, line \d+, .*other/)]),
    );
  });

  it('a program that decides', () => {
    numbered(0);
    const queue: Deed = { deed: 'opaque', on: 'other', text: '-j NFQUEUE' };
    expect(ask(set(base('input', [rule(queue, from('10.0.0.0/8')), rule(drop)])))).toEqual([
      '10.0.0.0/8, depends, line 1, other, 198.51.100.1:6379',
      `${2 ** 32 - 2 ** 24}, no, line 2`,
    ]);
  });
});
