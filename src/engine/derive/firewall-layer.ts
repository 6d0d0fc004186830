import {
  intersect,
  type AddressSet,
  type Family,
  type RuleSet,
  type Topology,
} from '../../lang/packets/index.ts';
import type { FirewallLayer } from '../../model/index.ts';
import { sourcesBehind, type Behind } from './firewall-people.ts';

/** Rules of one network namespace, understood. */
export interface RuledNetwork {
  readonly ruleSets: readonly RuleSet[];
  readonly topology: Readonly<Record<Family, Topology>>;
  /** Who comes in by which interface, as answers are routed. */
  readonly behind: Readonly<Record<Family, Behind>>;
  readonly layer: FirewallLayer;
  /** What may stand in the way besides, in words. */
  readonly unread: readonly string[];
  /** Only some sources are asked about: that others are nowhere says nothing. */
  readonly narrowed?: true;
}

// Servers of one host share their layer, and its rules are read once.
const known = new WeakMap<FirewallLayer, RuledNetwork>();

/** Readers of rules are loaded by who has any: that takes longer than an audit of few rules. */
export async function ruledNetwork(layer: FirewallLayer): Promise<RuledNetwork> {
  const had = known.get(layer);
  if (had) return had;
  const ruleSets =
    layer.rules.length === 0
      ? []
      : (await import('../../catalog/firewalls/texts.ts')).ruleSetsOf(layer.rules);
  const topologyFor = (family: Family): Topology => ({
    interfaces: layer.interfaces.map(({ name, addresses, networks, routes }) => ({
      name,
      addresses,
      networks: name === 'lo' ? [] : [...networks, ...routes],
    })),
    forwarding: layer.forwarding[family],
    ...(layer.otherRoutes ? { otherRoutes: true } : {}),
    ...(layer.routeLocalnet === undefined ? {} : { routeLocalnet: layer.routeLocalnet }),
  });
  const made: RuledNetwork = {
    ruleSets,
    topology: { ipv4: topologyFor('ipv4'), ipv6: topologyFor('ipv6') },
    behind: { ipv4: sourcesBehind(layer, 'ipv4'), ipv6: sourcesBehind(layer, 'ipv6') },
    layer,
    unread: [...layer.unread, ...ruleSets.flatMap(unreadOf)],
  };
  known.set(layer, made);
  return made;
}

/** A text of the kernel that cannot be read whole: what it holds may drop more than we see. */
function unreadOf({ backend, problems }: RuleSet): readonly string[] {
  const [first] = problems.filter(({ fatal }) => fatal);
  return first === undefined ? [] : [`a part of what ${backend} says (${first.reason})`];
}

/** The same, with nobody else on the network than these. */
export function onlyFor(network: RuledNetwork, only: AddressSet): RuledNetwork {
  const { family } = only;
  const narrowed = new Map([...network.behind[family]].map(([name, set]) => [name, intersect(set, only)]));
  const none: Behind = new Map();
  return {
    ...network,
    narrowed: true,
    behind: family === 'ipv4' ? { ipv4: narrowed, ipv6: none } : { ipv4: none, ipv6: narrowed },
  };
}

/** The same, with sockets of this user. */
export const openedBy = (
  network: RuledNetwork,
  listener: NonNullable<Topology['listener']>,
): RuledNetwork => ({
  ...network,
  topology: {
    ipv4: { ...network.topology.ipv4, listener },
    ipv6: { ...network.topology.ipv6, listener },
  },
});
