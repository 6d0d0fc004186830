import type { Deed, Match, Rule, RuleSet } from '../../lang/packets/index.ts';
import { sayRule } from './firewall-names.ts';

/** A rule that somebody wrote about a port. */
export interface PortRule {
  /** Table and chain, as `filter INPUT`. */
  readonly chain: string;
  readonly rule: Rule;
  /** The same for two rules that do the same in the same chain, whatever words they are written in. */
  readonly key: () => string;
}

/** Chains and tables that a program makes anew when it starts; DOCKER-USER is left to people. */
const made =
  /^(?:DOCKER(?!-USER)|ufw6?-|f2b-|fail2ban|KUBE-|kube-|cali-|CNI-|NETAVARK|FLANNEL|CILIUM|LIBVIRT_|sshguard|firewalld|IN_|FWDI_|FWDO_|nm-)/;

/** A rule for every port is no rule about this one. */
const widest = 1000;

const isAbout = (match: Match, port: number): boolean => {
  if (match.match === 'any') return match.of.some((all) => all.some((one) => isAbout(one, port)));
  return (
    (match.match === 'destination-port' || match.match === 'original-destination-port') &&
    match.ports.some(([from, to]) => from <= port && port <= to && to - from < widest)
  );
};

const decides = (deeds: readonly Deed[]): boolean => deeds.some(({ deed }) => deed !== 'go-on');

/** Rules about a port that people wrote, not programs that write them again. */
export function portRules(ruleSets: readonly RuleSet[], port: number): readonly PortRule[] {
  return ruleSets.flatMap(({ tables }) =>
    tables.flatMap((table) =>
      made.test(table.name.split(' ').at(-1) ?? '')
        ? []
        : table.chains
            .filter(({ name }) => !made.test(name))
            .flatMap(({ name, rules }) =>
              rules
                .filter(({ when, does }) => decides(does) && when.some((match) => isAbout(match, port)))
                .map((rule): PortRule => {
                  const chain = `${table.name} ${name}`;
                  return { chain, rule, key: () => keyOf(chain, table.families, rule) };
                }),
            ),
    ),
  );
}

const json = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'bigint' ? `${part}` : part instanceof Float64Array ? Array.from(part) : part,
  );

/** Without the order of conditions, and without what only counts. */
const keyOf = (chain: string, families: readonly string[], { when, does }: Rule): string =>
  [
    chain.replace(/^(?:ip6?|inet) /, ''),
    families.join(),
    ...when.map(json).toSorted(),
    json(does.filter(({ deed }) => deed !== 'go-on')),
  ].join('\n');

const mostCompared = 5000;

export interface RuleDrift {
  /** In the kernel, and in no file that is loaded at boot. */
  readonly unsaved: readonly string[];
  /** In such a file, and not in the kernel. */
  readonly unloaded: readonly string[];
}

/** What a reboot changes about these ports. */
export function ruleDrift(
  live: readonly RuleSet[],
  saved: readonly RuleSet[],
  ports: readonly number[],
): RuleDrift {
  const here = ports.flatMap((port) => portRules(live, port));
  const there = ports.flatMap((port) => portRules(saved, port));
  // Of so many, all are written by one program and in the same words.
  const many = here.length + there.length > mostCompared;
  const key = ({ rule, key: meaning }: PortRule): string => (many ? rule.at.text : meaning());
  const missing = (from: readonly PortRule[], among: readonly PortRule[]): readonly string[] => {
    const keys = new Set(among.map(key));
    return [...new Set(from.filter((one) => !keys.has(key(one))).map(({ rule }) => sayRule(rule.at)))];
  };
  return { unsaved: missing(here, there), unloaded: missing(there, here) };
}
