/** The kernel is the judge: random rule sets are loaded, real packets are sent, and our answers must be what they do. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseIptablesSave } from '../../../src/catalog/firewalls/iptables/index.ts';
import { parseIpsetSave } from '../../../src/catalog/firewalls/ipset/index.ts';
import { type Family, type RuleSet, reach } from '../../../src/lang/packets/index.ts';
import {
  type FirewallHost,
  openFirewallHost,
  patiences,
  type Reached,
  whyNoFirewallHost,
} from '../support/firewall-host.ts';
import {
  chosenPort,
  graded,
  type Question,
  questions,
  saidOf,
  sourcesOf,
} from '../support/iptables-questions.ts';
import { type MadeRuleSet, madeRuleSet } from '../support/iptables-rule-sets.ts';
import { iptablesTools } from '../support/iptables-tools.ts';

const why = whyNoFirewallHost();
const tools = why === undefined ? await iptablesTools() : { missing: why };
const lacks = 'missing' in tools ? tools.missing : undefined;
const runs = Number(process.env['KEYWARD_RUNS'] ?? (process.env['KEYWARD_DEEP'] ? 2000 : 40));
const minutes = process.env['KEYWARD_DEEP'] ? 60 : 3;

describe.skipIf(lacks !== undefined)(`iptables against the kernel${lacks ? ` (${lacks})` : ''}`, () => {
  const hosts: FirewallHost[] = [];
  beforeAll(async () => {
    hosts.push(await openFirewallHost(`kwi${process.pid}`));
  }, 60_000);
  afterAll(() => {
    for (const one of hosts) one.close();
  });

  const load = (program: string, text: string, args: readonly string[] = []): string | undefined => {
    const [host] = hosts;
    if (host === undefined || 'missing' in tools) throw new Error('no host');
    const [first, ...rest] = host.inside;
    const { status, stderr } = spawnSync(first, [...rest, tools.program(program), ...args], {
      input: text,
      env: tools.env,
      encoding: 'utf8',
    });
    return status === 0 ? undefined : stderr;
  };
  const chains = {
    raw: ['PREROUTING', 'OUTPUT'],
    mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
    nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
    filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  };
  const empty = Object.entries(chains)
    .map(([table, names]) =>
      [`*${table}`, ...names.map((name) => `:${name} ACCEPT`), 'COMMIT', ''].join('\n'),
    )
    .join('');
  beforeEach(() => {
    for (const program of ['iptables', 'ip6tables'])
      for (const backend of ['nft', 'legacy']) load(`${program}-${backend}-restore`, empty);
  });
  const told = { sets: 0, connects: 0, depends: 0, undecided: 0, picked: 0, refused: 0 };

  /** Rules of nftables let go of their sets a little after they are gone. */
  async function noSets(): Promise<void> {
    load('ipset', '', ['flush']);
    for (let tries = 0; load('ipset', '', ['destroy']) !== undefined; tries++) {
      if (tries > 200) throw new Error('sets stay in use');
      await wait(10);
    }
  }

  async function disagreements(
    family: Family,
    backend: string,
    made: MadeRuleSet,
    by: 'eth0' | 'eth1',
  ): Promise<readonly string[]> {
    const [host] = hosts;
    if (host === undefined) throw new Error('no host');
    const restore = `${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${backend}-restore`;
    load(restore, empty);
    await noSets();
    const refusedSets = load('ipset', made.ipset, ['restore']);
    if (refusedSets !== undefined) throw new Error(`ipset refuses: ${refusedSets}\n${made.ipset}`);
    const sets = parseIpsetSave(made.ipset);
    const parsed = parseIptablesSave(made.rules, { family, sets });
    const fatal = parsed.problems.filter((problem) => problem.fatal);
    const refused = load(restore, made.rules);
    if ((refused === undefined) !== (fatal.length === 0))
      return [`loads: ${refused ?? 'yes'}; we: ${JSON.stringify(fatal)}\n${made.rules}`];
    if (refused !== undefined) {
      told.refused++;
      return [];
    }
    told.sets++;
    host.comeInBy(by);
    const found: string[] = [];
    const all = questions(family, by).flatMap((question) => asked(host, parsed, question, by));
    let open = all;
    for (const [round, patience] of patiences.entries()) {
      if (open.length === 0) break;
      const ports = open.map(({ answers }) => chosenPort(answers, randomInt(2 ** 30)));
      const reached = await probe(host, open, ports, patience);
      if (round === 0) told.connects += open.length;
      const left = open.flatMap((one, index) => {
        const said = saidOf(one.answers, ports[index]);
        return graded(said, one.source, one.question, reached[index]) ? [] : [{ one, index }];
      });
      if (round === patiences.length - 1)
        for (const { one, index } of left)
          found.push(
            `${JSON.stringify(one.question)} from ${one.source} ${ports[index] ?? ''}: ${JSON.stringify(reached[index])}, we: ${JSON.stringify(one.answers.map(({ reach: how, because, arrival, sourcePorts }) => ({ how, because, arrival, sourcePorts })))}`,
          );
      open = left.map(({ one }) => one);
    }
    const doubts = all.filter(({ answers }) => answers.some(({ reach: how }) => how === 'depends')).length;
    told.picked += all.filter(({ answers }) => answers.some(({ sourcePorts }) => sourcePorts)).length;
    told.undecided += doubts;
    if (doubts > 0) told.depends++;
    return found.length === 0 ? [] : [...found, made.rules, made.ipset];
  }

  function asked(host: FirewallHost, parsed: RuleSet, question: Question, by: string) {
    const answers = reach([parsed], host.topology(by), {
      ...question,
      inInterface: question.from === 'lo' ? 'lo' : by,
    });
    return sourcesOf(answers, question).map((source) => ({
      question,
      source,
      answers: answers.filter(({ sources }) => graded.within(sources, source)),
    }));
  }

  async function probe(
    host: FirewallHost,
    some: readonly { readonly question: Question; readonly source: string }[],
    ports: readonly (number | undefined)[],
    patience: number,
  ): Promise<readonly (Reached | undefined)[]> {
    const reached: (Reached | undefined)[] = Array.from({ length: some.length });
    for (const from of ['world', 'lo'] as const) {
      const places = some.flatMap(({ question }, index) =>
        (question.from === 'lo') === (from === 'lo') ? [index] : [],
      );
      const results = await host.probe(
        from,
        places.map((index) => ({
          source: some[index]?.source ?? '',
          ...(ports[index] === undefined ? {} : { sourcePort: ports[index] }),
          destination: some[index]?.question.destination ?? '',
          port: some[index]?.question.port ?? 0,
        })),
        patience,
      );
      for (const [at, index] of places.entries()) reached[index] = results[at];
    }
    return reached;
  }

  for (const family of ['ipv4', 'ipv6'] as const)
    for (const backend of ['nft', 'legacy'] as const)
      it(
        `${family}, ${backend}: what we say is what packets do`,
        async () => {
          await fc.assert(
            fc.asyncProperty(
              madeRuleSet(family),
              fc.constantFrom('eth0' as const, 'eth1' as const),
              async (made, by) => {
                expect((await disagreements(family, backend, made, by)).join('\n')).toBe('');
              },
            ),
            {
              numRuns: Math.ceil(runs / 2),
              // Made smaller, it would be loaded again and again, for minutes.
              endOnFailure: true,
              interruptAfterTimeLimit: minutes * 60_000 - 20_000,
              ...(process.env['KEYWARD_SEED'] ? { seed: Number(process.env['KEYWARD_SEED']) } : {}),
            },
          );
          load(`${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${backend}-restore`, empty);
          console.log(`${family} ${backend}: ${JSON.stringify(told)}`);
          expect(told.sets).toBeGreaterThan(0);
        },
        minutes * 60_000,
      );

  it('a small pace is for each client where it comes in, and for all as one where the answer leaves', async () => {
    const [host] = hosts;
    if (host === undefined) throw new Error('no host');
    host.comeInBy('eth0');
    const topology = host.topology('eth0');
    const clients = ['8.8.8.1', '8.8.8.2', '8.8.8.3', '8.8.8.4', '8.8.8.5', '8.8.8.6'];
    const asked = { destination: '198.18.0.1', port: 6379 };
    const paced = async (chain: string, port: string) => {
      const match = `-m hashlimit --hashlimit-above 6/min --hashlimit-burst 6 --hashlimit-mode srcip --hashlimit-name kw${chain}`;
      const rules = `*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n-A ${chain} -p tcp ${port} 6379 ${match} -j DROP\nCOMMIT\n`;
      expect(load('iptables-nft-restore', rules)).toBeUndefined();
      const said = reach([parseIptablesSave(rules, { family: 'ipv4' })], topology, {
        family: 'ipv4',
        inInterface: 'eth0',
        ...asked,
      }).map(({ reach: how }) => how);
      const open: boolean[] = [];
      for (const source of clients)
        open.push(...(await host.probe('world', [{ source, ...asked }], 400)).map((one) => one.open));
      return { said, all: open.every(Boolean) };
    };
    expect(await paced('INPUT', '--dport')).toEqual({ said: ['certain'], all: true });
    expect(await paced('OUTPUT', '--sport')).toEqual({ said: ['depends'], all: false });
  });
});
