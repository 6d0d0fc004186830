/**
 * Our part of firewalld: rich rules in its zones, before all others by their priority. By their priority they are also
 * found again: rich rules have no name. Whom we name is let in; all others are refused, of both families.
 */
import type { Deed, Match, RuleSet } from '../../../lang/packets/index.ts';
import type { FirewallPart } from '../../../model/index.ts';
import { allowedOf, families, nameOf, networksOf } from './our-part.ts';

export const zoneFile = (zone: string): string => `/etc/firewalld/zones/${zone}.xml`;
/** What a zone is where nobody has changed it; its file of `/etc` begins as a copy of it. */
export const stockZone = (path: string): string => path.replace(/^\/etc\//, '/usr/lib/');
/** As firewalld takes names of zones. */
export const isZoneFile = (path: string): boolean => /^\/etc\/firewalld\/zones\/[\w-]{1,17}\.xml$/.test(path);

/** Two priorities out of -32768 to -1 for each part: accepting rules come first. */
const prioritiesOf = (port: number): readonly [accept: number, drop: number] => {
  const accept = -32_768 + 2 * (port % 16_384);
  return [accept, accept + 1];
};

interface RichRule {
  readonly family?: 'ipv4' | 'ipv6';
  readonly source?: string;
  readonly port: number;
  readonly priority: number;
}

function richRules(part: FirewallPart): readonly RichRule[] {
  const [accept, drop] = prioritiesOf(nameOf(part));
  return [
    ...families.flatMap((family) =>
      networksOf(part.allow, family).flatMap((source) =>
        part.ports.map((port) => ({ family, source, port, priority: accept })),
      ),
    ),
    ...part.ports.map((port) => ({ port, priority: drop })),
  ];
}

/** As `firewall-cmd --list-rich-rules` prints them. */
export const richTexts = (part: FirewallPart): readonly string[] =>
  richRules(part).map(({ family, source, port, priority }) =>
    family === undefined
      ? `rule priority="${priority}" port port="${port}" protocol="tcp" drop`
      : `rule priority="${priority}" family="${family}" source address="${source}" port port="${port}" protocol="tcp" accept`,
  );

/** As firewalld writes them into the file of a zone. */
export const zoneLines = (part: FirewallPart): readonly string[] =>
  richRules(part).flatMap(({ family, source, port, priority }) => [
    family === undefined
      ? `  <rule priority="${priority}">`
      : `  <rule family="${family}" priority="${priority}">`,
    ...(source === undefined ? [] : [`    <source address="${source}"/>`]),
    `    <port port="${port}" protocol="tcp"/>`,
    source === undefined ? '    <drop/>' : '    <accept/>',
    '  </rule>',
  ]);

/** Whether a rich rule, as text or as the head of its element, is of the part with this name. */
export function isOurRich(text: string, port: number): boolean {
  const priority = /\bpriority="(-\d{1,5})"/.exec(text)?.[1];
  return priority !== undefined && prioritiesOf(port).includes(Number(priority));
}

/** Another server's part has the same priorities: its first port is 16384 away from this one. */
export const isAnothers = (rules: readonly string[], port: number): boolean =>
  rules.length > 0 && !rules.some((text) => text.includes(` port port="${port}" `));

export function splitZone(
  text: string,
  port: number,
): { readonly rest: string; readonly lines: readonly string[] } {
  const rest: string[] = [];
  const lines: string[] = [];
  let ours = false;
  for (const line of text.split('\n')) {
    if (/^\s*<rule\b/.test(line)) ours = isOurRich(line, port);
    (ours ? lines : rest).push(line);
    if (line.trimEnd().endsWith('</rule>')) ours = false;
  }
  return { rest: rest.join('\n'), lines };
}

export function joinZone(
  rest: string,
  ours: readonly string[],
): { readonly text: string } | { readonly why: string } {
  const lines = rest.split('\n');
  const end = lines.findLastIndex((line) => line.trim() === '</zone>');
  if (end < 0) return { why: 'its zone has no end on a line of its own' };
  return { text: [...lines.slice(0, end), ...ours, ...lines.slice(end)].join('\n') };
}

/** Zones with their rich rules, of `firewall-cmd --list-all-zones`. */
export interface ListedZone {
  readonly name: string;
  readonly active: boolean;
  readonly rules: readonly string[];
}

export function listedZones(text: string): readonly ListedZone[] {
  const zones: { name: string; active: boolean; rules: string[] }[] = [];
  for (const line of text.split('\n')) {
    const head = /^([\w-]{1,17})(?: \(([a-z, ]{1,40})\))?$/.exec(line);
    if (head) zones.push({ name: head[1] ?? '', active: /\bactive\b/.test(head[2] ?? ''), rules: [] });
    else if (/^\s+rule\b/.test(line)) zones.at(-1)?.rules.push(line.trim());
  }
  return zones;
}

/** Zones that packets to the host come into, by the rules that firewalld has made of them. */
export function zonesIn(ruleSets: readonly RuleSet[]): readonly string[] {
  const found = ruleSets.flatMap(({ tables }) =>
    tables.flatMap(({ chains }) =>
      chains
        .filter(({ name }) => /^(?:filter_)?INPUT_ZONES(?:_SOURCE)?$/.test(name))
        .flatMap(({ rules }) => rules.flatMap(({ does }) => does.flatMap(zoneOf))),
    ),
  );
  return [...new Set(found)];
}

const zoneOf = (deed: Deed): readonly string[] => {
  const name =
    deed.deed === 'goto' || deed.deed === 'jump'
      ? /^(?:filter_)?IN_([\w-]{1,17})$/.exec(deed.chain)?.[1]
      : undefined;
  return name === undefined ? [] : [name];
};

/** Rules as firewalld makes them of our part: first in each of its zones. */
export function withRichRules(set: RuleSet, part: FirewallPart): RuleSet {
  const port: Match = {
    match: 'destination-port',
    ports: part.ports.map((one) => [one, one] as const),
  };
  const tcp: Match = { match: 'protocol', protocols: [6] };
  const at = { text: `firewalld: only ${part.allow.join(', ').slice(0, 80)}` };
  const ours = [
    ...families.map((family) => ({
      when: [{ match: 'source', addresses: allowedOf(part.allow, family) } as const, tcp, port],
      does: [{ deed: 'accept' } as const],
      at,
    })),
    { when: [tcp, port], does: [{ deed: 'drop' } as const], at },
  ];
  return {
    ...set,
    tables: set.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) =>
        /^(?:filter_)?IN_[\w-]{1,17}_pre$/.test(chain.name)
          ? { ...chain, rules: [...ours, ...chain.rules] }
          : chain,
      ),
    })),
  };
}
