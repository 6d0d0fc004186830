import { fromCidr, isEmpty, intersect, type RuleSet } from '../../lang/packets/index.ts';
import type { FirewallBackend, FirewallFacts, FirewallLayer, FirewallText } from '../../model/index.ts';
import { isUfwActive, zonesIn } from '../../catalog/firewalls/print/index.ts';
import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';
import type { OurRules } from './firewall-network.ts';

/** Where our rules go, and in which network they judge. */
export interface Chosen {
  readonly layer: FirewallLayer;
  readonly ours: readonly OurRules[];
  /** The server's ports are published by Docker: what it sees of its clients may be Docker's own address. */
  readonly published: boolean;
}

export interface No {
  readonly why: string;
  readonly advice: string;
}

/** The packet filter that is in use in front of these ports. */
export function chosenFor(
  { layers }: FirewallFacts,
  ports: readonly number[],
  allow: readonly string[],
): Chosen | No {
  const [own, around] = layers;
  if (own === undefined)
    return { why: 'No rules of its host were read.', advice: 'Run Keyward as root where the server runs.' };
  if (around === undefined)
    return { layer: own, ours: [{ backend: hostBackend(own.rules), ports, allow }], published: false };
  const outside = publishedPorts(ruleSetsOf(around.rules), own, ports);
  if (outside.length === 0)
    return {
      why: 'The server has a network of its own, and no rule of the host publishes its ports.',
      advice: 'Publish its port at a private address only: docker run -p 127.0.0.1:6379:6379.',
    };
  if (!around.rules.some(({ text }) => text.includes('\n:DOCKER-USER ')))
    return {
      why: 'The ports are published, and not by Docker with iptables: there is no chain DOCKER-USER.',
      advice: `Let what publishes port ${outside.join(', ')} admit only ${allow.join(', ')}.`,
    };
  // Whom no rule rewrites comes in by Docker's own program, as to any program of the host.
  return {
    layer: around,
    ours: [
      { backend: 'docker-user', ports: outside, allow },
      { backend: hostBackend(around.rules), ports: outside, allow },
    ],
    published: true,
  };
}

/**
 * The program that manages the host, so that its next reload keeps our rules; without one, nftables where it has rules
 * of its own, else iptables where that has some, else nftables.
 */
function hostBackend(texts: readonly FirewallText[]): Exclude<FirewallBackend, 'docker-user'> {
  if (texts.some(({ words, text }) => words === 'iptables-save' && isUfwActive(text))) return 'ufw';
  if (zonesIn(ruleSetsOf(texts)).length > 0) return 'firewalld';
  const [native, tables] = [false, true].map((over) =>
    ruleSetsOf(texts)
      .filter(({ backend }) => /^ip6?tables/.test(backend) === over)
      .some((one) => judges(one)),
  );
  if (native) return 'nft';
  // Where nft is, it says something even of no rules; where only iptables does, there may be no nft.
  const lists = (words: RegExp): boolean => texts.some((one) => words.test(one.words));
  return tables || (lists(/^ip6?tables/) && !lists(/^nft/)) ? 'iptables' : 'nft';
}

/** It refuses or lets in: chains without rules that accept all are what a listing alone brings about. */
const judges = ({ tables }: RuleSet): boolean =>
  tables.some(({ name, chains }) =>
    chains.some(
      ({ base, rules }) =>
        !/^inet keyward_\d+$/.test(name) &&
        base !== undefined &&
        (rules.length > 0 || base.policy === 'drop'),
    ),
  );

/** Ports of the host that rules lead to these ports of the container. */
function publishedPorts(
  ruleSets: readonly RuleSet[],
  { interfaces }: FirewallLayer,
  ports: readonly number[],
): readonly number[] {
  const found = new Set<number>();
  const addresses = interfaces.flatMap((one) => one.addresses).flatMap((text) => fromCidr(text) ?? []);
  for (const { when, does } of ruleSets.flatMap(({ tables }) =>
    tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules)),
  ))
    for (const deed of does) {
      if (deed.deed !== 'dnat' || deed.to === undefined) continue;
      const { to, port } = deed;
      if (!addresses.some((one) => one.family === to.family && !isEmpty(intersect(one, to)))) continue;
      for (const match of when)
        if (match.match === 'destination-port' && !match.not)
          for (const [first, last] of match.ports)
            for (let one = first; one <= last && found.size < 15; one++)
              if (ports.includes(port === undefined ? one : port[0] + (port[1] > port[0] ? one - first : 0)))
                found.add(one);
    }
  return [...found];
}
