/** One host in a virtual network, and who reaches it. */
import {
  addressAt,
  type Answer,
  contains,
  reach,
  type RuleSet,
  type Topology,
} from '../../../src/lang/packets/index.ts';

export const host = { ipv4: '10.0.0.4', ipv6: 'fd00:1::4' } as const;

export const topology: Topology = {
  interfaces: [{ name: 'eth0', addresses: [host.ipv4, host.ipv6], networks: ['0.0.0.0/0', '::/0'] }],
};

export function answersFor(
  ruleSets: readonly RuleSet[],
  family: 'ipv4' | 'ipv6',
  port = 6379,
): readonly Answer[] {
  return reach(ruleSets, topology, { family, destination: host[family], port, inInterface: 'eth0' });
}

/** Whether this address gets through all of these rule sets. */
export function reaches(
  ruleSets: readonly RuleSet[],
  source: string,
  port = 6379,
): Answer['reach'] | 'nobody asked' {
  const family = source.includes(':') ? 'ipv6' : 'ipv4';
  const found = answersFor(ruleSets, family, port).find(({ sources }) => contains(sources, source));
  return found?.reach ?? 'nobody asked';
}

/** The words of the rule that decides over this address. */
export function decides(
  ruleSets: readonly RuleSet[],
  source: string,
  port = 6379,
): Answer['because'] | undefined {
  const family = source.includes(':') ? 'ipv6' : 'ipv4';
  return answersFor(ruleSets, family, port).find(({ sources }) => contains(sources, source))?.because;
}

/** Some address that is certainly kept out; nothing where none is. */
export const someoneKeptOut = (ruleSets: readonly RuleSet[]): string | undefined =>
  (['ipv4', 'ipv6'] as const)
    .flatMap((family) => answersFor(ruleSets, family))
    .flatMap(({ reach: said, sources }) => (said === 'no' ? [addressAt(sources, 0) ?? ''] : []))[0];
