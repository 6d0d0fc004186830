import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';
import { chainName, families, splitSaved, tableName, ufwFiles } from '../../catalog/firewalls/print/index.ts';
import {
  emptySet,
  fromCidr,
  isEmpty,
  subtract,
  toCidrs,
  union,
  type AddressSet,
  type Chain,
  type Match,
} from '../../lang/packets/index.ts';
import type { FirewallFacts } from '../../model/index.ts';
import type { Chosen } from './firewall-backend.ts';
import type { OurRules } from './firewall-network.ts';
import type { Situation } from './scene.ts';

/** What the user said of sources: these alone; `+` these as well; `-` these no longer. */
export interface Said {
  readonly how: 'only' | 'allow' | 'deny';
  readonly sources: readonly string[];
  /** Words that are no address and no network. */
  readonly wrong: readonly string[];
}

export function saidIn(answer: string): Said {
  const how = answer.startsWith('+') ? 'allow' : answer.startsWith('-') ? 'deny' : 'only';
  const words = answer
    .slice(how === 'only' ? 0 : 1)
    .split(/[\s,]+/)
    .filter((word) => word !== '' && word !== 'localhost');
  return {
    how,
    sources: words.filter((word) => fromCidr(word) !== undefined),
    wrong: words.filter((word) => fromCidr(word) === undefined),
  };
}

const most = 1000;

/**
 * Whom our rules shall let in, all told. `allow` adds to those whom rules of ours let in so far; where there are none,
 * it begins with nobody. `deny` takes away from them; where there are none, from all who reach the ports now.
 */
export function allowedAfter(
  { how, sources }: Said,
  node: Situation,
  facts: FirewallFacts,
  chosen: Chosen,
): { readonly allow: readonly string[] } | { readonly why: string; readonly advice: string } {
  if (how === 'only') return { allow: sources };
  const before = ourSources(facts, chosen);
  if (how === 'allow') return { allow: [...new Set([...(before ?? []), ...sources])] };
  const base = before ?? reachingNow(node);
  if (base === undefined)
    return {
      why: 'Who reaches it now is not known, so nobody can be taken away from them.',
      advice: 'Name all who may: --set reachable-from=10.0.0.0/8.',
    };
  const allow = families.flatMap((family) =>
    toCidrs(setOf(sources, family).reduce(subtract, setOf(base, family).reduce(union, emptySet(family)))),
  );
  return allow.length <= most
    ? { allow }
    : {
        why: `Without ${sources.slice(0, 4).join(', ')} these are ${allow.length} networks, more than ${most}.`,
        advice: 'Name those who may: --set reachable-from=10.0.0.0/8.',
      };
}

const setOf = (texts: readonly string[], family: AddressSet['family']): readonly AddressSet[] =>
  texts.flatMap((text) => fromCidr(text) ?? []).filter((set) => set.family === family);

/** All who get through to a port of it from elsewhere, or may. */
function reachingNow(node: Situation): readonly string[] | undefined {
  const { exposure } = node.view;
  if (!exposure.known) return undefined;
  return exposure.value.origins
    .filter(({ reach, refusedBy, via }) => reach !== 'host' && refusedBy === undefined && 'port' in via)
    .flatMap(({ sources }) => sources);
}

/** Whom rules of ours let in, where there are some. */
function ourSources(facts: FirewallFacts, { layer, ours }: Chosen): readonly string[] | undefined {
  for (const part of ours) {
    const found = part.backend === 'ufw' ? inUfw(facts, part) : inKernel(layer.rules, part);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inUfw({ saved }: FirewallFacts, { ports: [port = 0] }: OurRules): readonly string[] | undefined {
  const lines = families.flatMap((family) => {
    const file = saved.find(({ from }) => from === ufwFiles[family]);
    return file ? splitSaved(file.text, { words: 'iptables-save', backend: 'ufw', port }).lines : [];
  });
  const tuples = lines.flatMap(
    (line) => /^### tuple ### (\S+) (?:\S+ ){4}(\S+) in /.exec(line)?.slice(1) ?? [],
  );
  return tuples.length === 0
    ? undefined
    : tuples.filter((_, index) => index % 2 === 1 && tuples[index - 1] === 'allow');
}

function inKernel(texts: Parameters<typeof ruleSetsOf>[0], part: OurRules): readonly string[] | undefined {
  const [port = 0] = part.ports;
  const found = ruleSetsOf(texts).flatMap(({ tables }) =>
    tables.flatMap(({ name, chains }) =>
      chains.flatMap((chain) => {
        if (part.backend === 'firewalld') return inZone(chain, port) ?? [];
        const mine =
          part.backend === 'nft'
            ? name === `inet ${tableName(port)}` && chain.name === 'strangers'
            : chain.name === chainName(port, part.backend === 'docker-user');
        return mine ? [sourcesIn(chain, 'return')] : [];
      }),
    ),
  );
  return found.length === 0 ? undefined : [...new Set(found.flat())];
}

/** firewalld prints no names: rules that accept sources by the port, before one that refuses all others there. */
function inZone(chain: Chain, port: number): readonly (readonly string[])[] | undefined {
  if (!/^(?:filter_)?IN_[\w-]{1,17}_pre$/.test(chain.name)) return undefined;
  const names = (when: readonly Match[]): boolean =>
    when.some(
      (match) =>
        match.match === 'destination-port' &&
        match.not !== true &&
        match.ports.some(([first, last]) => first === port && last === port),
    );
  const rules = chain.rules.filter(({ when }) => names(when));
  const end = rules.findIndex(
    ({ when, does }) =>
      does.some(({ deed }) => deed === 'drop') && !when.some(({ match }) => match === 'source'),
  );
  return end < 0 ? undefined : [sourcesIn({ ...chain, rules: rules.slice(0, end) }, 'accept')];
}

const sourcesIn = ({ rules }: Chain, deed: 'return' | 'accept'): readonly string[] =>
  rules
    .filter(({ does }) => does.some((one) => one.deed === deed))
    .flatMap(({ when }) =>
      when.flatMap((match) =>
        match.match === 'source' && match.not !== true && !isEmpty(match.addresses)
          ? toCidrs(match.addresses)
          : [],
      ),
    );
