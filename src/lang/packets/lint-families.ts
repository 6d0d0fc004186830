import { readAddress } from './address-number.ts';
import { fromCidr } from './address-set.ts';
import type { Mistake } from './mistake.ts';
import { reach } from './reach.ts';
import type { Answer, Interface, Topology } from './query.ts';
import type { Family, Match, Position, RuleSet } from './rule.ts';
import { contains } from './set-algebra.ts';

const mostPorts = 24;

/** Ports that rules shut to some over IPv4 and leave open to all over IPv6, where the host has an address of both. */
export function mistakesOfFamilies(ruleSets: readonly RuleSet[], topology: Topology): readonly Mistake[] {
  const ports = portsNamed(ruleSets);
  return topology.interfaces.flatMap((one): readonly Mistake[] => {
    const [four, six] = [addressOf(one, 'ipv4'), addressOf(one, 'ipv6')];
    if (one.name === 'lo' || !four || !six) return [];
    const ask = (family: Family, destination: string, port: number): readonly Answer[] =>
      reach(ruleSets, topology, { family, destination, port, inInterface: one.name });
    const found = ports.flatMap((port) => {
      const shut = ask('ipv4', four, port).find((answer) => answer.reach === 'no');
      const open = ask('ipv6', six, port);
      return shut && open.length > 0 && open.every((answer) => answer.reach === 'certain')
        ? [{ port, shut: shut.because }]
        : [];
    });
    const [first] = found;
    if (!first) return [];
    const reason = `over IPv6 all may reach ${found.map(({ port }) => port).join(', ')} by ${one.name}, which over IPv4 is shut`;
    const by: readonly Position[] = [];
    return [{ kind: 'one-family', at: first.shut, reason, by }];
  });
}

const linkLocal = fromCidr('fe80::/10');

function addressOf({ addresses }: Interface, family: Family): string | undefined {
  return addresses.find((text) => {
    const read = readAddress(text);
    return read?.family === family && !(linkLocal && family === 'ipv6' && contains(linkLocal, text));
  });
}

/** The ports that rules name one by one, and that of Redis. */
function portsNamed(ruleSets: readonly RuleSet[]): readonly number[] {
  const ports = new Set([6379]);
  const look = (match: Match): void => {
    if (match.match === 'destination-port')
      for (const [from, to] of match.ports) if (from === to && ports.size < mostPorts) ports.add(from);
  };
  for (const { tables } of ruleSets)
    for (const { chains } of tables)
      for (const { rules } of chains) {
        if (ports.size >= mostPorts) return [...ports];
        for (const { when } of rules) for (const match of when) look(match);
      }
  return [...ports];
}
