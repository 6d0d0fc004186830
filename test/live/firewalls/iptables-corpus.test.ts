/** Rule sets as they are in the world, each loaded into a kernel and tried with real connects when the corpus was made. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseIptablesSave } from '../../../src/catalog/firewalls/iptables/index.ts';
import { parseIpsetSave } from '../../../src/catalog/firewalls/ipset/index.ts';
import {
  type Answer,
  contains,
  type Family,
  fromCidr,
  reach,
  type RuleSet,
  type Topology,
} from '../../../src/lang/packets/index.ts';
import { isForEverybody } from './measured-connects.ts';

const corpus = process.env['KEYWARD_CORPUS'];
const folder = corpus === undefined ? undefined : join(corpus, 'iptables');
const there = folder !== undefined && existsSync(join(folder, 'index.jsonl'));

interface Row {
  readonly file: string;
  readonly kind: string;
  readonly loads: boolean;
  readonly truth?: string;
}
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
    readonly containers: readonly {
      readonly bridge: string;
      readonly ip: string;
      readonly port: number;
      readonly gateway: string;
    }[];
    readonly extra_local_addrs: readonly string[];
  };
  readonly listening_tcp: readonly number[];
  readonly stateful_matches?: readonly string[];
  readonly probes: readonly Probe[];
}

const rows = there
  ? readFileSync(join(folder, 'index.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row)
  : [];
const read = (name: string): string => readFileSync(join(folder ?? '', name), 'utf8');
const familyOf = ({ kind }: Row): Family => (kind.startsWith('ip6') ? 'ipv6' : 'ipv4');

function parsed(row: Row): RuleSet {
  const members = `${row.file}.ipset`;
  const sets = existsSync(join(folder ?? '', members)) ? { sets: parseIpsetSave(read(members)) } : {};
  return parseIptablesSave(read(row.file), { family: familyOf(row), file: row.file, ...sets });
}

/** The host as it was built for the probes; packets for all that is not known go back where the probe came from. */
function topologyOf(
  { topology: { host_ifaces, containers, extra_local_addrs } }: Truth,
  by: string,
): Topology {
  const bridges = [...new Set(containers.map(({ bridge }) => bridge))];
  return {
    local: extra_local_addrs,
    // The connects were tried by root.
    listener: { user: 0, group: 0 },
    interfaces: [
      { name: 'lo', addresses: ['127.0.0.1', '::1'] },
      ...host_ifaces.map(({ name, addr4, addr6 }) => ({
        name,
        addresses: [addr4, addr6],
        networks: [`${addr4}/24`, `${addr6}/64`, ...(name === by ? ['0.0.0.0/0', '::/0'] : [])],
      })),
      ...bridges.map((name) => {
        const own = containers.filter(({ bridge }) => bridge === name).map(({ gateway }) => gateway);
        return { name, addresses: own.map((gateway) => gateway.split('/')[0] ?? ''), networks: own };
      }),
    ],
  };
}

/** Somebody listens where the packet ends up. */
const heard = ({ listening_tcp, topology: { containers } }: Truth, { arrival }: Answer): boolean =>
  arrival !== undefined &&
  (arrival.local
    ? listening_tcp.includes(arrival.port)
    : containers.some(({ ip, port }) => ip === arrival.destination && port === arrival.port));

describe.skipIf(!there)('iptables of the corpus (KEYWARD_CORPUS)', () => {
  it('loads where iptables-restore loads it, and nowhere else', () => {
    const wrong = rows.filter((row) => {
      const { problems } = parsed(row);
      // Names are looked up by whoever loads the file; whether they are found is not written in it.
      const names = problems.some(({ fatal, reason }) => !fatal && reason.includes('looked up'));
      return problems.some(({ fatal }) => fatal) === row.loads && !(names && !row.loads);
    });
    expect(wrong.map(({ file }) => file)).toEqual([]);
    expect(rows.length).toBeGreaterThan(100);
  });

  it('is understood in at least 95 of 100 conditions', () => {
    const count = { conditions: 0, understood: 0, decided: 0 };
    for (const row of rows.filter(({ loads }) => loads)) {
      const { tables, problems } = parsed(row);
      const strange = problems.filter(({ reason }) => reason.includes('not known here')).length;
      const all = tables
        .flatMap(({ chains }) => chains)
        .flatMap(({ rules }) => rules)
        .flatMap(({ when }) => when);
      const opaque = all.filter(({ match }) => match === 'opaque').length;
      count.conditions += all.length;
      count.decided += all.length - opaque;
      count.understood += all.length - strange;
    }
    console.log(`iptables corpus: ${JSON.stringify(count)}`);
    expect(count.decided / count.conditions).toBeGreaterThan(0.95);
    expect(count.understood / count.conditions).toBeGreaterThan(0.99);
  });

  it('lets through whom the kernel let through', () => {
    const wrong: string[] = [];
    const count = { sets: 0, probes: 0, depends: 0, setsWithDepends: 0, withoutStateful: 0 };
    for (const row of rows.filter(({ truth }) => truth !== undefined)) {
      const truth = JSON.parse(read(row.truth ?? '')) as Truth;
      const rules = parsed(row);
      let depends = 0;
      for (const probe of truth.probes) {
        if (!['open', 'timeout', 'refused', 'unreachable', 'error'].includes(probe.result)) continue;
        count.probes++;
        const sources = fromCidr(probe.src);
        const answers = reach([rules], topologyOf(truth, probe.iface), {
          family: familyOf(row),
          destination: probe.dst,
          port: probe.dport,
          inInterface: probe.iface,
          ...(sources ? { sources } : {}),
        }).filter((answer) => contains(answer.sources, probe.src));
        const [answer] = answers;
        const open = probe.result === 'open' || probe.result === 'error';
        if (answer === undefined) wrong.push(`${row.file}: no answer for ${JSON.stringify(probe)}`);
        else if (answers.some((one) => one.reach === 'depends')) depends++;
        else if (
          open !== answers.some((one) => one.reach === 'certain' && isForEverybody(one) && heard(truth, one))
        )
          wrong.push(`${row.file}: ${JSON.stringify(probe)}, we: ${answer.reach} by ${answer.because.text}`);
      }
      count.sets++;
      count.depends += depends;
      if (depends > 0) count.setsWithDepends++;
      if (depends > 0 && truth.stateful_matches === undefined) count.withoutStateful++;
    }
    console.log(`iptables corpus: ${JSON.stringify(count)}`);
    expect(wrong).toEqual([]);
    expect(count.depends / count.probes).toBeLessThan(0.05);
    expect(count.setsWithDepends / count.sets).toBeLessThan(0.05);
  }, 60_000);
});
