/** firewalld's policies: what stands in them, and from which zones they are asked. */
import type { Chain, Match, Rule } from '../../../lang/packets/index.ts';
import type { Known } from './conditions.ts';
import { type Firewall, targetRules } from './firewall.ts';
import { opaque, peerMatch } from './matches.ts';
import type { Peer, Policy, Zone } from './model.ts';
import { rulesAt } from './rules.ts';
import { type Stage, stages, stagesOf } from './stages.ts';

const policyName = (stage: Stage, policy: Policy): string => `${stages[stage].prefix}policy_${policy.name}`;

export const policyChain = (stage: Stage, policy: Policy, { known }: Firewall): Chain => ({
  name: policyName(stage, policy),
  rules: [
    ...rulesAt(policy, stage, known, true),
    ...(stage === 'input' || stage === 'forward' ? targetRules(policy) : []),
  ],
  at: policy.at,
});

/** From a zone to the policies that are asked before its own rules, or after them. */
export function policyJumps(
  stage: Stage,
  zone: Zone,
  firewall: Firewall,
  isHere: (priority: number) => boolean,
): readonly Rule[] {
  return firewall.policies
    .filter(({ priority }) => isHere(priority))
    .toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : Number(a.name > b.name)))
    .flatMap((policy) => {
      const asked = stagesOf(policy).get(stage);
      if (!asked) return [];
      const doubt = asked === 'doubtful' ? [opaque('only some versions ask this policy here')] : [];
      const egress = stage === 'redirect' || stage === 'mark' ? [] : egressMatch(policy, firewall);
      return ingressMatches(policy, zone, stage, firewall).map((when): Rule => ({
        when: [...when, ...egress, ...doubt],
        does: [{ deed: 'jump', chain: policyName(stage, policy) }],
        at: policy.at,
      }));
    });
}

/**
 * Versions before 2 ask a policy for all packets of its zones' sources and interfaces, even if another zone has them;
 * later ones for the packets of its zones.
 */
function ingressMatches(
  policy: Policy,
  zone: Zone,
  stage: Stage,
  { zones, known, version, standard }: Firewall,
): readonly (readonly Match[])[] {
  // Behind postrouting, what a packet came in by is no longer asked.
  if (policy.ingress.includes('ANY')) return [[]];
  const from: Match = { match: 'any', of: bindings(policy.ingress, zones, 'source', known) };
  if (stage === 'masquerade') return [[opaque('where it came from')]];
  const own = policy.ingress.includes(zone.name);
  if (version !== undefined && version < 2) return [[from]];
  const fallback =
    zone === standard ? [[{ ...from, not: true }, opaque('whether the default zone counts here')]] : [];
  if (own) return [[from], ...fallback];
  return version === undefined
    ? [[from, opaque('firewalld before 2.0 asks this policy, later ones do not')]]
    : [];
}

function egressMatch({ egress }: Policy, { zones, known }: Firewall): readonly Match[] {
  if (egress.includes('ANY') || egress.includes('HOST')) return [];
  return [{ match: 'any', of: bindings(egress, zones, 'destination', known) }];
}

/** Any source or interface of these zones. */
function bindings(
  names: readonly string[],
  zones: readonly Zone[],
  side: 'source' | 'destination',
  known: Known,
): readonly (readonly Match[])[] {
  return zones
    .filter(({ name }) => names.includes(name))
    .flatMap(({ interfaces, sources }) => [
      ...interfaces.map(({ name }): readonly Match[] => [
        { match: side === 'source' ? 'in-interface' : 'out-interface', names: [name] },
      ]),
      ...sources.map((source: Peer) => peerMatch(source, side, known.sets)),
    ]);
}
