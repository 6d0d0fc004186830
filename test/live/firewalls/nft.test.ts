/** The kernel is the judge: random rulesets, loaded by nft itself, and real connects from addresses at the edges of our answers. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseNft, parseNftJson } from '../../../src/catalog/firewalls/nft/index.ts';
import {
  type AddressSet,
  type Answer,
  contains,
  type Query,
  readAddress,
  reach,
  type RuleSet,
  union,
} from '../../../src/lang/packets/index.ts';
import {
  container,
  type FirewallHost,
  hostAddresses,
  listening,
  openFirewallHost,
  patiences,
  type Probe,
  type Reached,
  whyNoFirewallHost,
} from '../support/firewall-host.ts';
import { chosenPort, saidOf } from '../support/iptables-questions.ts';
import { nftRulesets } from '../support/nft-rulesets.ts';
import { nftTool } from '../../../scripts/tools/nft-tools.ts';
import { boundarySources } from '../support/nft-sources.ts';

const rulesets = Number(process.env['KEYWARD_RUNS'] ?? (process.env['KEYWARD_DEEP'] ? 2000 : 90));
const tool = await nftTool();
const why = 'missing' in tool ? tool.missing : whyNoFirewallHost();

interface Asked {
  readonly query: Query;
  readonly from: 'world' | 'lo';
}

const questions = (by: 'eth0' | 'eth1'): readonly Asked[] => [
  ask('ipv4', hostAddresses[by].four, 6379, by),
  ask('ipv4', hostAddresses[by].four, 6380, by),
  ask('ipv4', container.four, 8080, by),
  ask('ipv6', hostAddresses[by].six, 6379, by),
  ask('ipv6', container.six, 6379, by),
];
const ask = (family: 'ipv4' | 'ipv6', destination: string, port: number, by: string): Asked => ({
  query: { family, destination, port, inInterface: by },
  from: 'world',
});

describe.skipIf(why !== undefined)(`nftables, ${rulesets} random rulesets${why ? ` (${why})` : ''}`, () => {
  let host: FirewallHost;
  beforeAll(async () => {
    host = await openFirewallHost(`kwnf${process.pid % 1000}`);
  }, 30_000);
  afterAll(() => host?.close());

  const nft = (args: readonly string[], input?: string) => {
    if ('missing' in tool) throw new Error(tool.missing);
    return spawnSync(host.inside[0], [...host.inside.slice(1), tool.program, ...args], {
      env: tool.env,
      encoding: 'utf8',
      ...(input === undefined ? {} : { input }),
    });
  };

  test(
    'what we say is what packets do, and text and JSON say the same',
    async () => {
      const seed = process.env['KEYWARD_SEED'] ? Number(process.env['KEYWARD_SEED']) : Date.now() % 2 ** 31;
      const tally = { loaded: 0, refused: 0, probes: 0, certain: 0, no: 0, depends: 0, unlisted: 0 };
      const wrong: string[] = [];
      let by: 'eth0' | 'eth1' = 'eth0';
      host.comeInBy(by);
      for (const [index, text] of fc
        .sample(nftRulesets, { numRuns: Math.ceil(rulesets * 1.3), seed })
        .entries()) {
        if (tally.loaded === rulesets) break;
        // A new host for the other way in: what one way left behind must not answer for it.
        if (tally.loaded === Math.floor(rulesets / 2) && by === 'eth0') {
          by = 'eth1';
          host.close();
          host = await openFirewallHost(`kwnf${process.pid % 1000}`);
          host.comeInBy(by);
        }
        const load = nft(['-f', '-'], `flush ruleset\n${text}`);
        const ours = parseNft(text);
        const fatal = ours.problems.find((problem) => problem.fatal);
        if (load.status !== 0) {
          tally.refused++;
          if (process.env['KEYWARD_TELL']) console.log(load.stderr.split('\n').slice(0, 3).join('\n'));
          continue;
        }
        tally.loaded++;
        const about = `seed ${seed}, ruleset ${index}`;
        if (fatal)
          wrong.push(
            `${about}: nft loads what we refuse: ${fatal.reason} (line ${fatal.at.line ?? 0})\n${text}`,
          );
        // nft 1.0.6 aborts on some rulesets when it is to write JSON.
        const json = nft(['-j', 'list', 'ruleset']);
        const list = nft(['list', 'ruleset']);
        const listed = [
          ours,
          json.status === 0 ? parseNftJson(json.stdout) : ours,
          list.status === 0 ? parseNft(list.stdout) : ours,
        ];
        if (json.status !== 0) tally.unlisted++;
        const probes: { asked: Probe; answers: readonly Answer[] }[] = [];
        for (const asked of questions(by)) {
          const answers = sameAnswers(listed, host, by, asked.query, (reason) =>
            wrong.push(`${about}: ${reason}\n${text}`),
          );
          for (const source of boundarySources(answers, asked.query.family, index))
            probes.push({
              asked: { source, destination: asked.query.destination, port: asked.query.port },
              answers,
            });
        }
        tally.probes += probes.length;
        let open = probes;
        for (const [round, patience] of patiences.entries()) {
          if (open.length === 0) break;
          const tried = open.map((one) => {
            const hits = answersFor(one.answers, one.asked.source);
            const sourcePort = chosenPort(hits, randomInt(2 ** 30));
            const said = saying(saidOf(hits, sourcePort));
            return {
              one,
              said,
              probe: { ...one.asked, ...(sourcePort === undefined ? {} : { sourcePort }) },
            };
          });
          const reached = await host.probe(
            'world',
            tried.map(({ probe }) => probe),
            patience,
          );
          const left = tried.flatMap((one, at) => {
            const got = reached[at];
            if (round === 0) tally[one.said.reach]++;
            return one.said.reach === 'depends' || (got && agrees(one.said, got)) ? [] : [{ ...one, got }];
          });
          if (round === patiences.length - 1)
            for (const { probe, said, got } of left)
              wrong.push(
                `${about}: ${JSON.stringify(probe)} by ${by}: ${JSON.stringify(said)}, but ${JSON.stringify(got)}\n${text}`,
              );
          open = left.map(({ one }) => one);
        }
        if (wrong.length > 3) break;
      }
      nft(['flush', 'ruleset']);
      console.log(`nftables against the kernel, seed ${seed}: ${JSON.stringify(tally)}`);
      expect(wrong).toEqual([]);
      expect(tally.loaded).toBe(rulesets);
    },
    rulesets * 1000,
  );
});

interface Said {
  readonly reach: Answer['reach'];
  readonly arrival?: Answer['arrival'];
  readonly line?: number;
}

function answersFor(answers: readonly Answer[], source: string): readonly Answer[] {
  const address = readAddress(source);
  if (!address) throw new Error(`no address: ${source}`);
  const hits = answers.filter(({ sources }) => contains(sources, address.value));
  if (hits.length === 0) throw new Error(`no answer for ${source}`);
  return hits;
}

function saying(hits: readonly Answer[]): Said {
  const [first] = hits;
  // Nothing is said of the port that it comes from.
  if (!first) return { reach: 'depends' };
  if (hits.some(({ reach: one }) => one !== first.reach)) return { reach: 'depends' };
  const { because, arrival } = first;
  return {
    reach: first.reach,
    ...(arrival ? { arrival } : {}),
    ...(because.line === undefined ? {} : { line: because.line }),
  };
}

function agrees({ reach: said, arrival }: Said, { open }: Reached): boolean {
  if (said !== 'certain') return !open;
  if (!arrival) return false;
  const ports: readonly number[] = arrival.local ? listening.host : listening.container;
  return open === ports.includes(arrival.port);
}

/** The answers of the first; `tell` where another says something else. */
function sameAnswers(
  sets: readonly RuleSet[],
  host: FirewallHost,
  by: string,
  query: Query,
  tell: (reason: string) => void,
): readonly Answer[] {
  const [first = [], ...rest] = sets.map((set) => reach([set], host.topology(by), query));
  // Which rule decides may differ where one rule was written as two, or two as one.
  const bare = (answers: readonly Answer[]): string => {
    const sums = new Map<string, AddressSet>();
    for (const { sources, reach: said, arrival, sourcePorts } of answers) {
      const key = `${said} ${JSON.stringify([arrival, sourcePorts])}`;
      const known = sums.get(key);
      sums.set(key, known ? union(known, sources) : sources);
    }
    return [...sums]
      .map(([key, { bounds }]) => `${key} ${[...bounds].join()}`)
      .toSorted()
      .join('\n');
  };
  for (const [at, other] of rest.entries())
    if (bare(other) !== bare(first))
      tell(
        `${at === 0 ? 'JSON' : 'the list'} says something else for ${JSON.stringify(query)}:\n${bare(first)}\n--\n${bare(other)}`,
      );
  return first;
}
