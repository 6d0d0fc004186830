/** Measured connects to one host, held against what we say of its rules. */
import {
  type Answer,
  contains,
  reach,
  readAddress,
  type RuleSet,
  type Topology,
} from '../../../src/lang/packets/index.ts';

export interface Truth {
  readonly topology: {
    readonly host_ifaces: readonly {
      readonly name: string;
      readonly addr4: string;
      readonly addr6: string;
    }[];
    readonly extra_local_addrs: readonly string[];
  };
  readonly listening_tcp: readonly number[];
  readonly stateful_matches?: readonly string[];
  readonly default_zone?: string;
  readonly probes: readonly {
    readonly iface: string;
    readonly src: string;
    readonly dst: string;
    readonly dport: number;
    readonly result: string;
  }[];
}

export interface Tally {
  probes: number;
  depends: number;
  /** Of those that depend: on rates, or on who came before. */
  stateful: number;
  /** Of those that depend: on the routes alone. */
  routes: number;
  readonly wrong: string[];
  /** What was said, probe by probe. */
  readonly said?: string[];
}

/** Answers go back by the interface that was tried. */
const topologyOf = ({ topology }: Truth, by: string): Topology => ({
  local: topology.extra_local_addrs,
  // As root, in this program's own namespaces.
  listener: { user: 0, group: 0 },
  interfaces: [
    ...topology.host_ifaces.map(({ name, addr4, addr6 }) => ({
      name,
      addresses: [addr4, addr6],
      networks: [`${addr4}/24`, `${addr6}/64`, ...(name === by ? ['0.0.0.0/0', '::/0'] : [])],
    })),
    { name: 'lo', addresses: ['127.0.0.1', '::1'] },
  ],
});

/** Ports that Linux gives a client that asks for none. */
const given = [32_768, 60_999] as const;

/** Whether a client gets in that lets its system choose the port; one that picks another may, and was not tried. */
export const isForEverybody = ({ sourcePorts }: Answer): boolean =>
  sourcePorts === undefined || sourcePorts.some(([from, to]) => from <= given[0] && given[1] <= to);

export function judge(name: string, ruleSet: RuleSet, truth: Truth, tally: Tally): void {
  const known = new Map<string, readonly Answer[]>();
  for (const { iface, src, dst, dport, result } of truth.probes) {
    const key = `${iface} ${dst} ${dport}`;
    const answers =
      known.get(key) ??
      reach([ruleSet], topologyOf(truth, iface), {
        family: dst.includes(':') ? 'ipv6' : 'ipv4',
        destination: dst,
        port: dport,
        inInterface: iface,
      });
    known.set(key, answers);
    const source = readAddress(src);
    const hits = answers.filter(({ sources }) => source !== undefined && contains(sources, source.value));
    const [first] = hits;
    tally.probes++;
    const depends = hits.some((hit) => hit.reach !== first?.reach || hit.reach === 'depends');
    tally.said?.push(`${key} from ${src}: ${depends ? 'depends' : first?.reach}`);
    if (first === undefined) tally.wrong.push(`${name}: no answer for ${src} to ${key}`);
    else if (depends) {
      tally.depends++;
      if (hits.every(({ on }) => on.every((one) => one === 'recent' || one === 'rate'))) tally.stateful++;
      else if (hits.every(({ on }) => on.every((one) => one === 'route'))) tally.routes++;
    } else {
      const listens =
        first.arrival?.local !== false && truth.listening_tcp.includes(first.arrival?.port ?? dport);
      if ((first.reach === 'certain' && isForEverybody(first) && listens) !== (result === 'open'))
        tally.wrong.push(
          `${name}: ${src} to ${key} is ${result}, not ${first.reach} by ${first.because.text}`,
        );
    }
  }
}
