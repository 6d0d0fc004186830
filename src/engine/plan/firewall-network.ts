import { parseNft } from '../../catalog/firewalls/nft/index.ts';
import {
  mergeSaved,
  nftPart,
  tableName,
  withRichRules,
  withUfwPart,
} from '../../catalog/firewalls/print/index.ts';
import {
  fromCidr,
  isEmpty,
  intersect,
  reach,
  sizeOf,
  type Answer,
  type RuleSet,
  type Topology,
} from '../../lang/packets/index.ts';
import type { FirewallBackend, FirewallLayer, FirewallPart, FirewallText } from '../../model/index.ts';
import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';

/** One rule set of ours, in the words in which plan and apply have it. */
export interface OurRules extends FirewallPart {
  readonly backend: FirewallBackend;
}

/** What the kernel holds once our rules are there, beside what it holds now. */
export function withOurs(texts: readonly FirewallText[], ours: readonly OurRules[]): readonly RuleSet[] {
  const own = new Set(ours.map(({ ports }) => `inet ${tableName(ports[0] ?? 0)}`));
  const tables = ours.filter(({ backend }) => backend === 'nft').map((part) => parseNft(nftPart(part)));
  const rich = ours.filter(({ backend }) => backend === 'firewalld');
  const chains = ours.filter(({ backend }) => backend !== 'nft' && backend !== 'firewalld');
  const before = chains.length === 0 ? texts : [...texts, ...missing(texts)];
  const after = before.map((one) => ({
    ...one,
    text: chains.reduce((text, part) => put(one, text, part), one.text),
  }));
  return [
    ...ruleSetsOf(after)
      .map((set) => ({
        ...set,
        // Our table of before is replaced.
        tables: tables.length === 0 ? set.tables : set.tables.filter(({ name }) => !own.has(name)),
      }))
      .map((set) => rich.reduce(withRichRules, set)),
    ...tables,
  ];
}

const missing = (texts: readonly FirewallText[]): readonly FirewallText[] =>
  (['iptables-save', 'ip6tables-save'] as const)
    .filter((words) => !texts.some((one) => one.words === words))
    .map((words) => ({ words, from: words, text: '' }));

/** Of several texts of one family each may be the one in force: our part in all refuses no more than in one. */
function put({ words }: FirewallText, text: string, part: OurRules): string {
  if (words !== 'iptables-save' && words !== 'ip6tables-save') return text;
  if (part.backend === 'ufw') return withUfwPart(text, part, words === 'iptables-save' ? 'ipv4' : 'ipv6');
  const merged = mergeSaved(text, { ...part, words });
  return 'why' in merged ? text : merged.text;
}

/** Who gets through the rules of a network. */
export interface Reaching {
  /** The rule that refuses packets of this source to the port, in words; `undefined` where they get through, or may. */
  readonly refusal: (source: string, port: number) => string | undefined;
}

export const topologyOf = (layer: FirewallLayer): Topology => ({
  interfaces: layer.interfaces.map(({ name, addresses, networks, routes }) => ({
    name,
    addresses,
    networks: name === 'lo' ? [] : [...networks, ...routes],
  })),
  forwarding: true,
});

export function reachingIn(layer: FirewallLayer, ruleSets: readonly RuleSet[]): Reaching {
  const topology = topologyOf(layer);
  return {
    refusal(source, port) {
      const sources = fromCidr(source);
      if (!sources) return undefined;
      const six = sources.family === 'ipv6';
      const ways = wayOf(topology, source).flatMap(({ name, addresses }) =>
        addresses
          .filter((address) => address.includes(':') === six && !/^fe80:/i.test(address))
          .slice(0, 4)
          .map((destination) => ({ inInterface: name, destination })),
      );
      const answers = ways.map((way): readonly Answer[] =>
        reach(ruleSets, topology, { family: sources.family, port, sources, ...way }),
      );
      const refuses = answers.map((some) =>
        some.find(({ reach: how, sourcePorts }) => how === 'no' || sourcePorts),
      );
      // It comes to one of the addresses; that another one is closed to it is nothing new.
      const first = refuses.find((one) => one !== undefined);
      return first && refuses.every((one) => one !== undefined) ? first.because.text : undefined;
    },
  };
}

/** The interface by which answers to it go out: that of the narrowest network; all where none is known. */
function wayOf({ interfaces }: Topology, source: string): Topology['interfaces'] {
  const set = fromCidr(source);
  const others = interfaces.filter(({ name }) => name !== 'lo');
  if (!set) return others;
  const fits = others.flatMap((one) =>
    (one.networks ?? []).flatMap((text) => {
      const network = fromCidr(text);
      return network?.family === set.family && !isEmpty(intersect(network, set))
        ? [{ one, size: sizeOf(network) }]
        : [];
    }),
  );
  const [narrowest] = fits.toSorted((a, b) => (a.size < b.size ? -1 : a.size > b.size ? 1 : 0));
  return narrowest ? [narrowest.one] : others;
}
