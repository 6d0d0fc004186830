import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNft, parseNftJson } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

const dump = (expr: readonly unknown[], version: unknown = 1): string =>
  JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6', json_schema_version: version } },
      { table: { family: 'inet', name: 'f', handle: 1 } },
      {
        chain: {
          family: 'inet',
          table: 'f',
          name: 'c',
          handle: 1,
          type: 'filter',
          hook: 'input',
          prio: 0,
          policy: 'drop',
        },
      },
      { rule: { family: 'inet', table: 'f', chain: 'c', handle: 4, expr } },
    ],
  });
const match = (left: unknown, right: unknown, op = '=='): unknown => ({ match: { op, left, right } });
const dport = { payload: { protocol: 'tcp', field: 'dport' } };
const saddr = { payload: { protocol: 'ip', field: 'saddr' } };

describe('nft -j', () => {
  test.each([
    [[match(dport, 6379), { accept: null }], 'tcp dport 6379 accept'],
    [
      [match(saddr, { prefix: { addr: '10.0.0.0', len: 8 } }, '!='), { drop: null }],
      'ip saddr != 10.0.0.0/8 drop',
    ],
    [
      [match({ ct: { key: 'state' } }, ['established', 'related'], 'in'), { accept: null }],
      'ct state established,related accept',
    ],
    [
      [match({ meta: { key: 'iifname' } }, { set: ['eth*', 'lo'] }), { return: null }],
      'iifname { "eth*", "lo" } return',
    ],
    [
      [
        {
          vmap: {
            key: dport,
            data: {
              set: [
                [22, { accept: null }],
                [6379, { drop: null }],
              ],
            },
          },
        },
      ],
      'tcp dport vmap { 22 : accept, 6379 : drop }',
    ],
    [
      [{ mangle: { key: { meta: { key: 'mark' } }, value: { '|': [{ meta: { key: 'mark' } }, 2] } } }],
      'meta mark set meta mark | 2',
    ],
    [
      [
        match({ '&': [{ payload: { protocol: 'tcp', field: 'flags' } }, ['syn', 'ack']] }, 'syn'),
        { accept: null },
      ],
      'tcp flags & (syn | ack) == syn accept',
    ],
    [[{ set: { op: 'add', elem: saddr, set: '@s' } }, { drop: null }], 'set add ip saddr @s drop'],
  ])('%j is what the text says', (expr, text) => {
    const json = parseNftJson(dump(expr));
    const native = parseNft(
      `table inet f {\nchain c {\ntype filter hook input priority 0; policy drop;\n${text}\n}\n}\n`,
    );
    const rules = (set: typeof json) =>
      set.tables[0]?.chains[0]?.rules.map(({ when, does }) => ({ when, does }));
    expect(json.problems).toEqual([]);
    expect(rules(json)).toEqual(rules(native));
    expect(json.tables[0]?.chains[0]?.rules[0]?.at.handle).toBe(4);
  });

  test('words of another version are told', () => {
    expect(parseNftJson(dump([], 2)).problems).toMatchObject([
      { fatal: true, reason: expect.stringContaining('JSON schema version 2') },
    ]);
  });

  test('what is not known stays, as opaque', () => {
    const [rule] =
      parseNftJson(dump([{ 'from the future': 1 }, { accept: null }])).tables[0]?.chains[0]?.rules ?? [];
    expect(rule?.does).toMatchObject([{ deed: 'opaque' }]);
    const old = parseNftJson(dump([{ xt: null }])).tables[0]?.chains[0]?.rules[0];
    expect(old).toMatchObject({ when: [{ match: 'opaque' }], does: [{ deed: 'opaque' }] });
  });

  test('a header that is asked for by its name alone may be there, and may be missing', () => {
    const asksFor = (exthdr: unknown, right: unknown) =>
      parseNftJson(dump([match({ exthdr }, right), { drop: null }])).tables[0]?.chains[0]?.rules[0]?.when;
    expect(asksFor({ name: 'frag' }, false)).toMatchObject([{ match: 'opaque', on: 'content' }]);
    expect(asksFor({ name: 'frag', field: 'nexthdr' }, 6)).toMatchObject([{ match: 'unusual' }]);
  });

  test('a rate in bytes is not one of packets', () => {
    const limit = (unit: object) =>
      parseNftJson(
        dump([
          {
            set: {
              op: 'add',
              elem: saddr,
              set: '@s',
              stmt: [{ limit: { rate: 10, per: 'second', inv: true, ...unit } }],
            },
          },
        ]),
      ).tables[0]?.chains[0]?.rules[0]?.when.at(-1);
    expect(limit({})).toMatchObject({ match: 'unusual' });
    expect(limit({ rate_unit: 'kbytes' })).toMatchObject({ match: 'opaque' });
  });

  test('text within JSON, as nft 1.0.6 writes inner blocks', () => {
    const ruleSet = parseNftJson(dump([match(dport, 6379), 'jump {\n\ttcp sport 0 drop\n\taccept\n}']));
    expect(ruleSet.tables[0]?.chains.at(-1)?.rules).toHaveLength(2);
  });

  test.each(['', '{', '[]', '{"nftables":7}', 'null', '{"nftables":[null,7,{"rule":{}},{"add":null}]}'])(
    '%s is told, not thrown',
    (text) => expect(parseNftJson(text).problems.some(({ fatal }) => fatal)).toBe(true),
  );

  test('deep nesting is no reason to fall over', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(() =>
      parseNftJson(
        `{"nftables":[{"table":{"name":"f"}},{"chain":{"table":"f","name":"c"}},{"rule":{"table":"f","chain":"c","expr":[{"match":{"left":${deep},"right":1}}, ${deep}]}}]}`,
      ),
    ).not.toThrow();
  });
});

describe('on any bytes', { timeout: 120_000 }, () => {
  const words = fc.constantFrom(
    ...'table inet f { } chain c type filter hook input priority 0 ; policy drop \n ip saddr @s 10.0.0.0/8 { , : . - vmap accept jump goto map set meta mark & | == != $x define = include "x" tcp flags dport ct state new limit rate 5 / second add rule element elements fe80::1 # \\ ! * ( ) [ ] dnat to redirect 0x1g "'.split(
      ' ',
    ),
    '\n',
  );
  test('text never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
        ),
        (text) => {
          parseNft(text);
          parseNft(`table inet f {\nchain c {\n${text}`);
        },
      ),
      { numRuns: runs },
    );
  });

  test('JSON never throws', () => {
    const key = fc.constantFrom(
      'match',
      'left',
      'right',
      'op',
      'set',
      'map',
      'key',
      'data',
      'payload',
      'meta',
      'ct',
      'prefix',
      'addr',
      'len',
      'range',
      'concat',
      'vmap',
      'mangle',
      'value',
      'dnat',
      'port',
      '&',
      'elem',
      'val',
      'jump',
      'target',
      'fib',
      'limit',
      'xt',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(
          '10.0.0.1',
          'saddr',
          'ip',
          'tcp',
          'dport',
          '==',
          '@s',
          'eth0',
          null,
          true,
          22,
          -1,
          1.5,
          2 ** 60,
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (expr) => {
        parseNftJson(dump(expr));
      }),
      { numRuns: runs },
    );
  });
});
