/** Rulesets of the world, and what packets did with them; read where KEYWARD_CORPUS names them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  contains,
  type Match,
  readAddress,
  reach,
  type RuleSet,
  type Topology,
} from '../../../lang/packets/index.ts';
import { parseNft, parseNftJson } from './index.ts';

interface Probe {
  readonly iface: string;
  readonly src: string;
  readonly dst: string;
  readonly dport: number;
  readonly result: string;
}
interface Truth {
  readonly topology: {
    readonly host_ifaces: readonly {
      readonly name: string;
      readonly addr4: string;
      readonly addr6: string;
    }[];
    readonly extra_local_addrs: readonly string[];
  };
  readonly listening_tcp: readonly number[];
  readonly probes: readonly Probe[];
}
interface Case {
  readonly file: string;
  readonly kind: string;
  readonly loads?: boolean;
  readonly load_error?: string;
  readonly truth?: string;
  readonly json_by_nft?: string;
  readonly list_by_nft?: string;
}

const folder = join(process.env['KEYWARD_CORPUS'] ?? '', 'nft');
const present = process.env['KEYWARD_CORPUS'] !== undefined && existsSync(join(folder, 'index.jsonl'));
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const cases: readonly Case[] = present
  ? read('index.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case)
  : [];

const forms = (one: Case): readonly (readonly [string, RuleSet])[] =>
  [
    ...(one.kind === 'nft-json' ? [['json', one.file] as const] : [['text', one.file] as const]),
    ...(one.json_by_nft === undefined ? [] : [['json', one.json_by_nft] as const]),
    ...(one.list_by_nft === undefined ? [] : [['list', one.list_by_nft] as const]),
  ]
    .filter(([, file]) => existsSync(join(folder, file)))
    .map(([form, file]) => [form, (form === 'json' ? parseNftJson : parseNft)(read(file), { file })]);

/** As it was measured: answers went out by the interface that was tried. */
const topologyOf = ({ topology }: Truth, by: string): Topology => ({
  forwarding: true,
  listener: { user: 0, group: 0 },
  interfaces: [
    ...topology.host_ifaces.map(({ name, addr4, addr6 }, index) => ({
      name,
      addresses: [addr4, addr6],
      networks: [
        `198.18.${index}.0/24`,
        `2001:db8:5${index.toString(16)}::/64`,
        ...(name === by ? ['0.0.0.0/0', '::/0'] : []),
      ],
    })),
    { name: 'lo', addresses: ['127.0.0.1', '::1', ...topology.extra_local_addrs] },
  ],
});

interface Tally {
  probes: number;
  depends: number;
  /** Sent on to hosts that were not there. */
  beyond: number;
  readonly wrong: string[];
}

function judge(one: Case, form: string, ruleSet: RuleSet, truth: Truth, tally: Tally): void {
  const answers = new Map<string, readonly Answer[]>();
  for (const { iface, src, dst, dport, result } of truth.probes) {
    const key = `${iface} ${dst} ${dport}`;
    const query = {
      family: dst.includes(':') ? 'ipv6' : 'ipv4',
      destination: dst,
      port: dport,
      inInterface: iface,
    } as const;
    const all = answers.get(key) ?? reach([ruleSet], topologyOf(truth, iface), query);
    answers.set(key, all);
    const source = readAddress(src);
    const hits = all.filter(({ sources }) => source !== undefined && contains(sources, source.value));
    const [first] = hits;
    tally.probes++;
    if (first === undefined) tally.wrong.push(`${one.file}, ${form}: no answer for ${src} to ${key}`);
    else if (hits.some((hit) => hit.reach !== first.reach || hit.reach === 'depends')) tally.depends++;
    else if (first.arrival?.local === false) tally.beyond++;
    else {
      const listens = truth.listening_tcp.includes(first.arrival?.port ?? dport);
      // A port of its own is what no client was told to choose.
      if ((first.reach === 'certain' && !first.sourcePorts && listens) !== (result === 'open'))
        tally.wrong.push(
          `${one.file}, ${form}: ${src} to ${key} is ${result}, not ${first.reach} by ${first.because.text}`,
        );
    }
  }
}

function* matchesOf(ruleSet: RuleSet): Generator<Match> {
  const inner = function* (match: Match): Generator<Match> {
    if (match.match === 'any') for (const of of match.of) for (const one of of) yield* inner(one);
    else yield match;
  };
  for (const { chains } of ruleSet.tables)
    for (const { rules } of chains)
      for (const { when } of rules) for (const match of when) yield* inner(match);
}

describe.skipIf(!present)(`nftables of the world${present ? '' : ' (no KEYWARD_CORPUS)'}`, () => {
  test('every measured probe is as we say, from text, from JSON and from the list', () => {
    const tally: Tally = { probes: 0, depends: 0, beyond: 0, wrong: [] };
    const dependent = new Set<string>();
    const measured = cases.filter(({ truth }) => truth !== undefined);
    for (const one of measured) {
      const truth = JSON.parse(read(one.truth ?? '')) as Truth;
      for (const [form, ruleSet] of forms(one)) {
        const before = tally.depends;
        judge(one, form, ruleSet, truth, tally);
        if (tally.depends > before) dependent.add(one.file);
      }
    }
    const share = ((100 * dependent.size) / measured.length).toFixed(1);
    console.log(
      `nftables: ${tally.probes} probes of ${measured.length} rulesets, ${tally.wrong.length} wrong, ${tally.depends} depend, ` +
        `${tally.beyond} beyond; ${dependent.size} rulesets with a depends (${share} %)`,
    );
    expect(tally.wrong).toEqual([]);
    expect(dependent.size / measured.length).toBeLessThan(0.05);
  }, 120_000);

  test('at least 95 of 100 matches are understood', () => {
    let [all, unknown, unforeseeable] = [0, 0, 0];
    for (const one of cases)
      for (const [, ruleSet] of forms(one))
        for (const match of matchesOf(ruleSet)) {
          all++;
          if (match.match !== 'opaque') continue;
          // A rate, a hop limit, the owner of a socket: understood, and not to be known beforehand.
          if (['other', 'set', 'interface'].includes(match.on)) unknown++;
          else unforeseeable++;
        }
    console.log(
      `nftables: ${all} matches, ${unknown} not understood, ${unforeseeable} not to be known beforehand`,
    );
    expect(1 - unknown / all).toBeGreaterThan(0.95);
  });

  test('what nft refuses is told as fatal, and nothing else is', () => {
    // Refused for what the host lacked, or for what this version of nft cannot read of its own words.
    const elsewhere = /File not found|Interface does not exist|Could not process rule|Unknown object passed/;
    const wrong = cases.flatMap((one) => {
      if (one.loads === false && elsewhere.test(one.load_error ?? '')) return [];
      return forms(one).flatMap(([form, { problems }], index) => {
        const loads = index > 0 || one.loads !== false;
        const fatal = problems.find((problem) => problem.fatal);
        return loads === (fatal === undefined)
          ? []
          : [`${one.file}, ${form}: ${fatal?.reason ?? one.load_error}`];
      });
    });
    expect(wrong).toEqual([]);
  });
});
