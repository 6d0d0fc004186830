import { allOf, emptySet, isEmpty, reach, subtract, toCidrs, union } from '../../lang/packets/index.ts';
import type { AddressSet, Answer, RuleSet } from '../../lang/packets/index.ts';
import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';
import type { Chosen, No } from './firewall-backend.ts';
import { topologyOf, withOurs } from './firewall-network.ts';

/** Each question takes as long as its rules squared, where they name sources one by one: so much is some seconds. */
const most = 30_000_000;

/** Who would get through to one of the ports, and does not now: to take somebody away must let nobody in. */
export function newcomers({ layer, ours }: Chosen): No | undefined {
  const topology = topologyOf(layer);
  const own = layer.interfaces
    .filter(({ name }) => name === 'lo')
    .flatMap(({ addresses }) => addresses)
    .filter((address) => address !== '::1' && !address.startsWith('127.'));
  const ways = layer.interfaces
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ name, addresses }) =>
      [...addresses, ...own].map((destination) => ({ inInterface: name, destination })),
    );
  const ports = ours[0]?.ports ?? [];
  const advice = 'Name those who may instead: keyward firewall allow 10.0.0.0/8.';
  const before = ruleSetsOf(layer.rules);
  const rules = before.flatMap(({ tables }) =>
    tables.flatMap(({ chains }) => chains.flatMap((one) => one.rules)),
  );
  if (ways.length * ports.length * rules.length ** 2 > most)
    // Rules of ours that let nobody in, but leave it to those of others, cannot open anything.
    return ours.some(({ backend }) => backend === 'ufw' || backend === 'firewalld')
      ? {
          why: `The host has too many addresses and rules to ask all of them: ${ways.length} and ${rules.length}.`,
          advice,
        }
      : undefined;
  const after = withOurs(layer.rules, ours);
  for (const port of ports)
    for (const way of ways) {
      const family = way.destination.includes(':') ? 'ipv6' : 'ipv4';
      const ask = (rules: readonly RuleSet[]): readonly Answer[] =>
        reach(rules, topology, { family, port, sources: allOf(family), ...way });
      const [was, will] = [ask(before), ask(after)];
      const some = [isThrough, isCertain]
        .map((test) => subtract(those(will, test, family), those(was, test, family)))
        .find((set) => !isEmpty(set));
      if (some)
        return {
          why: `Rules of ours would let ${toCidrs(some).slice(0, 4).join(', ')} in to port ${port}: they get through ${isEmpty(subtract(some, those(was, isThrough, family))) ? 'perhaps' : 'never'} so far.`,
          advice,
        };
    }
  return undefined;
}

const isThrough = (answer: Answer): boolean => answer.reach !== 'no';
const isCertain = (answer: Answer): boolean => answer.reach === 'certain' && answer.sourcePorts === undefined;

const those = (
  answers: readonly Answer[],
  test: (answer: Answer) => boolean,
  family: AddressSet['family'],
): AddressSet =>
  answers
    .filter(test)
    .map(({ sources }) => sources)
    .reduce(union, emptySet(family));
