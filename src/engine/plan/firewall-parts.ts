/** Rules of ours that are there already, whatever name they have. */
import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';
import { families, splitAllUfw, ufwFiles } from '../../catalog/firewalls/print/index.ts';
import { isEmpty, toCidrs, type Chain } from '../../lang/packets/index.ts';
import type { FirewallBackend, FirewallFacts, FirewallText } from '../../model/index.ts';
import type { Chosen, No } from './firewall-backend.ts';
import type { OurRules } from './firewall-network.ts';
import type { Said } from './firewall-sources.ts';

interface StandingPart {
  /** The port that names it: rules are found again by it. */
  readonly name: number;
  readonly ports: readonly number[];
  readonly sources: readonly string[];
}

/**
 * A part is found again by its first port. Where one of ours has some of these ports, it is to be changed, not a second
 * one be put beside it: that would begin with nobody, and whom the first lets in it would refuse.
 */
export function namedAsBefore(
  place: Chosen,
  facts: FirewallFacts,
  how: Said['how'],
): (Chosen & { readonly before?: readonly string[] }) | No {
  const wanted = place.ours[0]?.ports ?? [];
  const there = place.ours.map(({ backend }) => standing(facts, place.layer.rules, backend, wanted));
  const found = there.map((parts) =>
    parts.filter(({ ports }) => ports.some((port) => wanted.includes(port))),
  );
  const all = found.flat();
  const [name = wanted[0] ?? 0, ...others] = [...new Set(all.map((one) => one.name))];
  // Who is named alone may take more ports under the old name; who was let in to some is not let in to others unasked.
  const fits = all.every(
    ({ ports }) =>
      ports.every((port) => wanted.includes(port)) && (how === 'only' || ports.length === wanted.length),
  );
  if (others.length > 0 || !fits) {
    const many = [...new Set(all.flatMap(({ ports }) => ports))];
    return {
      why: `Rules of ours are there for other ports together: ${all.map((one) => `keyward_${one.name} for ${one.ports.join(', ')}`).join('; ')}.`,
      advice:
        others.length > 0
          ? 'Name the ports of one of them: --ports (in a plan --set reachable-ports).'
          : `Name the same ports: --ports ${many.join(',')} (in a plan --set reachable-ports=${many.join(',')}).`,
    };
  }
  if (how !== 'only' && all.length === 0 && place.ours.some(({ backend }) => backend === 'ufw')) {
    const unread = families.find((family) => !facts.saved.some(({ from }) => from === ufwFiles[family]));
    if (unread !== undefined)
      return {
        why: `${ufwFiles[unread]} was not read, and rules of ours may be in it: whom they let in is not known.`,
        advice: 'Name all who may: --set reachable-from=10.0.0.0/8.',
      };
  }
  const before = found.find((parts) => parts.length > 0)?.flatMap(({ sources }) => sources);
  const ports = [name, ...wanted.filter((port) => port !== name)];
  return {
    ...place,
    ours: place.ours.map((part): OurRules => ({ ...part, ports })),
    ...(before ? { before: [...new Set(before)] } : {}),
  };
}

function standing(
  { saved }: FirewallFacts,
  rules: readonly FirewallText[],
  backend: FirewallBackend,
  wanted: readonly number[],
): readonly StandingPart[] {
  if (backend === 'ufw') {
    const inFiles = saved.filter(({ from }) => Object.values<string>(ufwFiles).includes(from));
    const kept = merged(inFiles.flatMap(({ text }) => splitAllUfw(text)));
    // Until ufw loads its file anew, our mark is at our rules in the kernel.
    return kept.length > 0 ? kept : merged(rules.flatMap(({ text }) => splitAllUfw(text)));
  }
  const chains = ruleSetsOf(rules).flatMap(({ tables }) =>
    tables.flatMap((table) => table.chains.map((chain) => ({ chain, table: table.name }))),
  );
  if (backend === 'firewalld') return merged(chains.flatMap(({ chain }) => inZone(chain, wanted)));
  return merged(
    chains.flatMap(({ chain, table }): readonly StandingPart[] => {
      const named =
        backend === 'nft'
          ? chain.name === 'strangers' && /^inet keyward_(\d{1,5})$/.exec(table)
          : (backend === 'docker-user' ? /^KEYWARD-D-(\d{1,5})$/ : /^KEYWARD-(\d{1,5})$/).exec(chain.name);
      if (!named) return [];
      const ways = chains.filter(
        (one) => one.table === table && (backend === 'nft' ? one.chain !== chain : true),
      );
      const ports =
        backend === 'nft' ? ways.flatMap((way) => portsOf(way.chain)) : portsTo(rules, chain.name);
      return [
        {
          name: Number(named[1]),
          ports: [Number(named[1]), ...ports],
          sources: sourcesIn(chain.rules, 'return'),
        },
      ];
    }),
  );
}

/** One part in both families, or in several chains. */
const merged = (parts: readonly StandingPart[]): readonly StandingPart[] =>
  [...Map.groupBy(parts, ({ name }) => name)].map(([name, some]) => ({
    name,
    ports: [...new Set(some.flatMap(({ ports }) => ports))],
    sources: [...new Set(some.flatMap(({ sources }) => sources))],
  }));

/** Ports of the rules that lead into a chain of ours. */
const portsTo = (rules: readonly FirewallText[], chain: string): readonly number[] =>
  rules
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line.startsWith('-A ') && line.endsWith(` -j ${chain}`))
    .flatMap((line) => / --(?:dports|dport|ctorigdstport) ([\d,]{1,200}) /.exec(line)?.[1]?.split(',') ?? [])
    .map(Number);

type Rules = Chain['rules'];

/** Ports that rules name one by one. */
const portsOf = ({ rules }: Pick<Chain, 'rules'>): readonly number[] =>
  rules.flatMap(({ when }) =>
    when.flatMap((match) =>
      match.match === 'destination-port' && match.not !== true
        ? match.ports.flatMap(([first, last]) =>
            Array.from({ length: Math.min(last - first + 1, 16) }, (_, index) => first + index),
          )
        : [],
    ),
  );

/**
 * firewalld prints no names: rules that accept sources by a port, before one that refuses all others there. Ports with
 * the same sources, one after the other, are one part. Of those that nobody may use it is not told which belong
 * together: they are what is asked for.
 */
function inZone({ name, rules }: Chain, wanted: readonly number[]): readonly StandingPart[] {
  if (!/^(?:filter_)?IN_[\w-]{1,17}_pre$/.test(name)) return [];
  const found: { ports: number[]; readonly sources: readonly string[]; readonly at: number }[] = [];
  for (const [index, rule] of rules.entries()) {
    const [port, ...more] = portsOf({ rules: [rule] });
    if (port === undefined || more.length > 0) continue;
    if (!rule.does.some(({ deed }) => deed === 'drop') || rule.when.some(({ match }) => match === 'source'))
      continue;
    // A second end adds nothing: nobody comes to it.
    if (found.some(({ ports }) => ports.includes(port))) continue;
    const own = rules.slice(0, index).filter((one) => portsOf({ rules: [one] }).join() === String(port));
    const sources = sourcesIn(own, 'accept');
    const last = found.at(-1);
    const acceptsSince = rules
      .slice((last?.at ?? -1) + 1, index)
      .some(({ does }) => does.some(({ deed }) => deed === 'accept'));
    if (last && !acceptsSince && last.sources.join() === sources.join()) {
      last.ports.push(port);
      found[found.length - 1] = { ...last, at: index };
    } else found.push({ ports: [port], sources, at: index });
  }
  return found.flatMap(({ ports, sources }) => {
    const own = sources.length > 0 ? ports : ports.filter((port) => wanted.includes(port));
    return own.length > 0 ? [{ name: own[0] ?? 0, ports: own, sources }] : [];
  });
}

const sourcesIn = (rules: Rules, deed: 'return' | 'accept'): readonly string[] =>
  rules
    .filter(({ does }) => does.some((one) => one.deed === deed))
    .flatMap(({ when }) =>
      when.flatMap((match) =>
        match.match === 'source' && match.not !== true && !isEmpty(match.addresses)
          ? toCidrs(match.addresses)
          : [],
      ),
    );
