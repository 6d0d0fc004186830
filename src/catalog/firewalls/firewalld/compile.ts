/**
 * firewalld's zones and policies as the chains that it puts into the kernel. A packet is of one zone: that of its source
 * where a zone has it, else that of its interface, else the default one; the zone asks the policies before and after its
 * own rules, and its target ends it.
 */
import type { Chain, Deed, Match, Rule, Table } from '../../../lang/packets/index.ts';
import { fromCidr } from '../../../lang/packets/index.ts';
import type { Known } from './conditions.ts';
import { type Firewall, ours, rule, targetRules } from './firewall.ts';
import { ofFamily, opaque, peerMatch } from './matches.ts';
import type { Zone } from './model.ts';
import { policyChain, policyJumps } from './policies.ts';
import { rulesAt } from './rules.ts';
import { type Stage, stageNames, stages, stagesOf } from './stages.ts';

const states = (...some: readonly ('established' | 'related' | 'invalid')[]): Match => ({
  match: 'ct-state',
  states: some,
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

/** IPv6 packets whose answers would go out by another way, or by none. */
function reversePath(firewall: Firewall): readonly Chain[] {
  if (firewall.rpfilter === 'no') return [];
  const loose = firewall.rpfilter.startsWith('loose');
  const back: Match = { match: 'reverse-path', loose, local: false, marked: true, not: true };
  const when = [ofFamily('ipv6'), back];
  const hook = firewall.rpfilter.endsWith('forward') ? 'forward' : 'prerouting';
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
