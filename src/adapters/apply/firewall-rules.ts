import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';
import type { Interface, RuleSet, Topology } from '../../lang/packets/index.ts';
import type { FirewallText } from '../../model/index.ts';
import type { Place } from '../place/index.ts';

const timeout = 20_000;

/** What a program prints; `undefined` where it is not there or fails. */
async function says(place: Place, argv: readonly string[]): Promise<string | undefined> {
  try {
    const { code, stdout } = await place.run(argv, { timeout });
    return code === 0 ? stdout : undefined;
  } catch {
    return undefined;
  }
}

const questions: readonly (readonly [FirewallText['words'], readonly [string, ...string[]]])[] = [
  ['nft-json', ['nft', '-j', 'list', 'ruleset']],
  ['iptables-save', ['iptables-save']],
  ['ip6tables-save', ['ip6tables-save']],
  ['ipset-save', ['ipset', 'save']],
];

/** Rules that the kernel of this host holds now, or why they are not known. */
export async function liveRules(
  place: Place,
): Promise<{ readonly ruleSets: readonly RuleSet[] } | { readonly why: string }> {
  const texts: FirewallText[] = [];
  for (const [words, argv] of questions) {
    const text = await says(place, argv);
    if (text !== undefined) texts.push({ words, from: argv[0], text });
  }
  if (texts.every(({ words }) => words === 'ipset-save'))
    return { why: 'neither nft nor iptables-save says what the rules are' };
  const ruleSets = ruleSetsOf(texts);
  const bad = ruleSets.flatMap(({ problems }) => problems.filter(({ fatal }) => fatal))[0];
  return bad ? { why: `a part of the rules is not understood: ${bad.reason}` } : { ruleSets };
}

interface Link {
  readonly ifname?: string;
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}
interface Route {
  readonly dst?: string;
  readonly dev?: string;
  readonly type?: string;
}

/** Interfaces of this host with what lies behind each; `undefined` where `ip` does not tell. */
export async function liveTopology(place: Place): Promise<Topology | undefined> {
  const links = listIn(await says(place, ['ip', '-j', 'addr', 'show'])) as readonly Link[] | undefined;
  if (links === undefined) return undefined;
  const four = (listIn(await says(place, ['ip', '-j', '-4', 'route', 'show'])) ?? []) as readonly Route[];
  const six = (listIn(await says(place, ['ip', '-j', '-6', 'route', 'show'])) ?? []) as readonly Route[];
  const interfaces = links.flatMap(({ ifname, addr_info = [] }): readonly Interface[] => {
    if (typeof ifname !== 'string') return [];
    const addresses = addr_info.flatMap(({ local }) => (typeof local === 'string' ? [local] : []));
    const networks = [...networksOf(four, ifname, '0.0.0.0/0'), ...networksOf(six, ifname, '::/0')];
    return [{ name: ifname, addresses, ...(ifname === 'lo' ? {} : { networks }) }];
  });
  return { interfaces, ...((await hasOtherRoutes(place, [...four, ...six])) ? { otherRoutes: true } : {}) };
}

const usualTables = ['local', 'main', 'default'];

/** Policy routing, or routes that refuse: what `interfaces` have is not all. Where `ip` does not tell it may be so. */
async function hasOtherRoutes(place: Place, routes: readonly Route[]): Promise<boolean> {
  if (routes.some(({ type = 'unicast' }) => type !== 'unicast')) return true;
  for (const family of ['-4', '-6']) {
    const rules = listIn(await says(place, ['ip', '-j', family, 'rule', 'show'])) as
      | readonly { readonly table?: string; readonly src?: string }[]
      | undefined;
    if (rules === undefined) return true;
    if (rules.some(({ table, src }) => src !== 'all' || !usualTables.includes(table ?? ''))) return true;
  }
  return false;
}

const networksOf = (routes: readonly Route[], name: string, all: string): readonly string[] =>
  routes.flatMap(({ dst, dev }) =>
    dev === name && dst !== undefined ? [dst === 'default' ? all : dst] : [],
  );

function listIn(text: string | undefined): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text === undefined || text.trim() === '' ? '[]' : text);
    return text !== undefined && Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
