import { lintRuleSets, type Position, type RuleSet } from '../../lang/packets/index.ts';
import { printable } from '../../lang/text/index.ts';
import type { Filtering, FirewallFacts } from '../../model/index.ts';
import { ruledNetwork } from './firewall-layer.ts';
import { savedIn } from './firewall-saved.ts';
import { sayRule } from './firewall-names.ts';
import { portRules, ruleDrift } from './firewall-rules.ts';
import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';

/** To look for mistakes each rule is held against all before it. */
const mostLinted = 5000;
const mostListed = 20;

const sizeOf = (ruleSets: readonly RuleSet[]): number =>
  ruleSets
    .flatMap(({ tables }) => tables)
    .flatMap(({ chains }) => chains)
    .reduce((sum, { rules }) => sum + rules.length, 0);

/** What is wrong with the rules about these ports, in all layers of packet filters. */
export async function filteringOf(facts: FirewallFacts, ports: readonly number[]): Promise<Filtering> {
  const networks = await Promise.all(facts.layers.map(ruledNetwork));
  const live = networks.flatMap(({ ruleSets }) => ruleSets);
  const own = new Set<Position>(ports.flatMap((port) => portRules(live, port).map(({ rule }) => rule.at)));
  const mistakes = networks.flatMap(({ ruleSets, topology }) =>
    sizeOf(ruleSets) > mostLinted ? [] : lintRuleSets(ruleSets, topology.ipv4),
  );
  const idle = mistakes.filter(
    ({ at, kind, reason }) =>
      own.has(at) ||
      (kind === 'one-family' && reason.split(/\D+/).some((number) => ports.includes(Number(number)))),
  );
  const saved = ruleSetsOf(facts.saved);
  // What is inside a container's own namespace, its start puts there.
  const ofHost = facts.layers.length > 1 ? networks.slice(1) : networks;
  const { unsaved } = ruleDrift(
    ofHost.flatMap(({ ruleSets }) => ruleSets),
    saved,
    ports,
  );
  return {
    rules: own.size,
    idle: idle.slice(0, mostListed).map(({ at, kind, reason }) => ({
      rule: sayRule(at),
      kind,
      why: printable(reason, 200),
    })),
    unsaved: unsaved.slice(0, mostListed),
    savedIn: savedIn(facts),
  };
}
