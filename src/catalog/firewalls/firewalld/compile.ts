/**
 * firewalld's zones and policies as the chains that it puts into the kernel. A packet is of one zone: that of its source
 * where a zone has it, else that of its interface, else the default one; the zone asks the policies before and after its
 * own rules, and its target ends it.
 */
import type { Chain, Deed, Match, Position, Rule, Table } from '../../../lang/packets/index.ts';
import { fromCidr } from '../../../lang/packets/index.ts';
import type { Known } from './conditions.ts';
import { ofFamily, opaque, peerMatch } from './matches.ts';
import type { Peer, Policy, Settings, Zone } from './model.ts';
import { rulesAt } from './rules.ts';
import { type Stage, stageNames, stages, stagesOf } from './stages.ts';

export interface Firewall {
  readonly zones: readonly Zone[];
  readonly policies: readonly Policy[];
  /** For what no zone has by source or interface; nothing where it is not known. */
  readonly standard: Zone | undefined;
  readonly standardAt: Position;
  readonly known: Known;
  /** nftables: its chains stand 10 behind those of iptables. */
  readonly nftables: boolean;
  readonly rpfilter: 'all' | 'forward' | 'no';
  readonly rfc3964: boolean;
  /** From a zone by source on to that by interface, as versions before 1.0 do where they are told to. */
  readonly drifting: boolean;
  /** Major version, where it is known: how policies find their zones changed with 2. */
  readonly version: number | undefined;
  readonly panic: boolean;
}

const ours = (text: string): Position => ({ text });
const states = (...some: readonly ('established' | 'related' | 'invalid')[]): Match => ({
  match: 'ct-state',
  states: some,
});
const rule = (when: readonly Match[], deed: Deed, text: string): Rule => ({
  when,
  does: [deed],
  at: ours(text),
});

export function compile(firewall: Firewall): readonly Table[] {
  const { zones, standard, policies } = firewall;
  const bound = zones.filter(({ interfaces, sources }) => interfaces.length + sources.length > 0);
  const used = standard && !bound.includes(standard) ? [...bound, standard] : bound;
  const chains = stageNames.flatMap((stage): readonly Chain[] => [
    baseChain(stage, firewall),
    zonesChain(stage, bound, firewall),
    ...used.map((zone) => zoneChain(stage, zone, firewall)),
    ...policies
      .filter((policy) => stagesOf(policy).has(stage))
      .map((policy) => policyChain(stage, policy, firewall)),
  ]);
  const table: Table = {
    name: 'inet firewalld',
    families: ['ipv4', 'ipv6'],
    chains: [...chains, ...reversePath(firewall)],
  };
  return firewall.panic ? [panicTable, table] : [table];
}

/** Nothing gets in or out. */
const panicTable: Table = {
  name: 'inet firewalld_policy_drop',
  families: ['ipv4', 'ipv6'],
  chains: (['prerouting', 'output'] as const).map((hook) => ({
    name: `raw_${hook}`,
    base: { hook, type: 'filter', priority: -291, policy: 'drop' },
    rules: [],
    at: ours('panic mode'),
  })),
};

const behind = ({ nftables }: Firewall): number => (nftables ? 10 : 0);

function baseChain(stage: Stage, firewall: Firewall): Chain {
  const { chain, hook, type, priority } = stages[stage];
  const dispatch = rule([], { deed: 'jump', chain: `${chain}_ZONES` }, `jump ${chain}_ZONES`);
  const filters = stage === 'input' || stage === 'forward';
  const rules: readonly Rule[] = !filters
    ? [dispatch]
    : [
        rule(
          [states('established', 'related')],
          { deed: 'accept' },
          'ct state { established, related } accept',
        ),
        rule([{ match: 'ct-status', status: 'dnat' }], { deed: 'accept' }, 'ct status dnat accept'),
        rule([{ match: 'in-interface', names: ['lo'] }], { deed: 'accept' }, 'iifname "lo" accept'),
        rule([states('invalid')], { deed: 'drop' }, 'ct state invalid drop'),
        ...(stage === 'forward' && firewall.rfc3964 ? [notTunnelled] : []),
        dispatch,
        rule([], { deed: 'reject' }, 'what no zone takes is rejected'),
      ];
  const base = { hook, type, priority: priority + behind(firewall), policy: 'accept' } as const;
  return { name: chain, base, rules, at: ours(chain) };
}

/** Addresses of IPv6 that carry those of IPv4 which are nobody's (RFC 3964). */
const notTunnelled = rule(
  [
    {
      match: 'any',
      of: [
        '::/96',
        '::ffff:0.0.0.0/96',
        '2002::/24',
        '2002:a00::/24',
        '2002:7f00::/24',
        '2002:ac10::/28',
        '2002:c0a8::/32',
        '2002:a9fe::/32',
        '2002:e000::/19',
      ].map((text): readonly Match[] => {
        const addresses = fromCidr(text);
        return addresses ? [{ match: 'destination', addresses }] : [];
      }),
    },
  ],
  { deed: 'reject' },
  'RFC3964_IPv4: addresses that carry reserved ones of IPv4',
);

/** Which way an answer would take only the routes tell. */
function reversePath(firewall: Firewall): readonly Chain[] {
  if (firewall.rpfilter === 'no') return [];
  const when = [ofFamily('ipv6'), opaque('no route back to its source', 'route')];
  const hook = firewall.rpfilter === 'all' ? 'prerouting' : 'forward';
  return [
    {
      name: `filter_rpfilter`,
      base: { hook, type: 'filter', priority: behind(firewall), policy: 'accept' },
      rules: [rule(when, { deed: 'drop' }, 'IPv6_rpfilter: no route back to its source')],
      at: ours('IPv6_rpfilter'),
    },
  ];
}

const chainName = (stage: Stage, zone: Zone): string => `${stages[stage].prefix}${zone.name}`;

/** To its zone: by source before by interface, and zones by priority and then by name. */
function zonesChain(stage: Stage, bound: readonly Zone[], firewall: Firewall): Chain {
  const { standard, standardAt, drifting, known } = firewall;
  const leaving = stage === 'masquerade';
  interface Way {
    readonly priority: number;
    readonly kind: number;
    readonly rule: Rule;
  }
  const sorted = bound.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const bySource = sorted.flatMap((zone) =>
    zone.sources.map((source): Way => {
      const drifts = drifting && zone.target === 'default';
      const when = peerMatch(source, leaving ? 'destination' : 'source', known.sets);
      const deed: Deed = { deed: drifts ? 'jump' : 'goto', chain: chainName(stage, zone) };
      return { priority: zone.priority, kind: 0, rule: { when, does: [deed], at: source.at } };
    }),
  );
  // The one that is put in last is asked first.
  const byInterface = sorted
    .flatMap((zone) =>
      zone.interfaces.map(({ name, at }): Way => {
        const when: readonly Match[] = [{ match: leaving ? 'out-interface' : 'in-interface', names: [name] }];
        const deed: Deed = { deed: 'goto', chain: chainName(stage, zone) };
        return { priority: zone.priority, kind: 1, rule: { when, does: [deed], at } };
      }),
    )
    .toReversed();
  const ways = [...bySource, ...byInterface].toSorted((a, b) => a.priority - b.priority || a.kind - b.kind);
  const last: Deed = standard
    ? { deed: 'goto', chain: chainName(stage, standard) }
    : { deed: 'opaque', on: 'other', text: 'the default zone is not known' };
  return {
    name: `${stages[stage].chain}_ZONES`,
    rules: [...ways.map((way) => way.rule), { when: [], does: [last], at: standardAt }],
    at: ours('zones'),
  };
}

function zoneChain(stage: Stage, zone: Zone, firewall: Firewall): Chain {
  const filters = stage === 'input' || stage === 'forward';
  const between = stage === 'forward' && zone.forward ? forwardRules(zone, firewall.known) : [];
  const drifts: readonly Rule[] =
    filters && firewall.drifting && zone.target === 'default' && zone.sources.length > 0
      ? [
          rule(
            [opaque('AllowZoneDrifting, in versions before 1.0')],
            { deed: 'return' },
            'AllowZoneDrifting=yes',
          ),
        ]
      : [];
  return {
    name: chainName(stage, zone),
    rules: [
      ...policyJumps(stage, zone, firewall, (priority) => priority < 0),
      ...rulesAt(zone, stage, firewall.known, stage === 'input'),
      ...between,
      ...policyJumps(stage, zone, firewall, (priority) => priority >= 0),
      ...drifts,
      ...(filters ? targetRules(zone) : []),
    ],
    at: zone.at,
  };
}

function targetRules({ target, at }: Settings): readonly Rule[] {
  if (target === 'continue') return [];
  return [{ when: [], does: [{ deed: target === 'default' ? 'reject' : target }], at }];
}

const forwardRules = (zone: Zone, known: Known): readonly Rule[] => [
  ...zone.interfaces.map(({ name, at }): Rule => ({
    when: [{ match: 'out-interface', names: [name] }],
    does: [{ deed: 'accept' }],
    at,
  })),
  ...zone.sources.map((source): Rule => ({
    when: peerMatch(source, 'destination', known.sets),
    does: [{ deed: 'accept' }],
    at: source.at,
  })),
];

const policyName = (stage: Stage, policy: Policy): string => `${stages[stage].prefix}policy_${policy.name}`;

const policyChain = (stage: Stage, policy: Policy, { known }: Firewall): Chain => ({
  name: policyName(stage, policy),
  rules: [
    ...rulesAt(policy, stage, known, true),
    ...(stage === 'input' || stage === 'forward' ? targetRules(policy) : []),
  ],
  at: policy.at,
});

function policyJumps(
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
