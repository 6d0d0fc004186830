import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';
import type { Interface, RuleSet, Topology } from '../../lang/packets/index.ts';
import type { FirewallText } from '../../model/index.ts';
import { printable } from '../../lang/text/index.ts';
import type { Place } from '../place/index.ts';
import { failureOf } from './firewall-words.ts';

const timeout = 20_000;

/** What a program prints; `undefined` where it is not there, or where the kernel has nothing of its kind. */
async function says(
  place: Place,
  argv: readonly [string, ...string[]],
): Promise<{ readonly text?: string | undefined } | { readonly why: string }> {
  try {
    const ran = await place.run(argv, { timeout });
    if (ran.code === 0) return { text: ran.stdout };
    return ran.code === 127 || /Protocol not supported/.test(ran.stderr)
      ? {}
      : { why: failureOf(argv[0], ran).message };
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return why.endsWith('cannot be run (ENOENT)') ? {} : { why: printable(why, 300) };
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
    const said = await says(place, argv);
    // Half of the rules is another firewall; sets that no rule names are nothing.
    if ('why' in said && (words !== 'ipset-save' || texts.some(({ text }) => namesSets(text))))
      return { why: `the rules are not known: ${said.why}` };
    if ('text' in said && said.text !== undefined) texts.push({ words, from: argv[0], text: said.text });
  }
  if (texts.every(({ words }) => words === 'ipset-save'))
    return { why: 'neither nft nor iptables-save says what the rules are' };
  const ruleSets = ruleSetsOf(texts);
  const bad = ruleSets.flatMap(({ problems }) => problems.filter(({ fatal }) => fatal))[0];
  return bad ? { why: `a part of the rules is not understood: ${bad.reason}` } : { ruleSets };
}

const namesSets = (text: string): boolean => / --match-set /.test(text);

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
  const links = (await listed(place, ['addr', 'show'])) as readonly Link[] | undefined;
  if (links === undefined) return undefined;
  const four = ((await listed(place, ['-4', 'route', 'show'])) ?? []) as readonly Route[];
  const six = ((await listed(place, ['-6', 'route', 'show'])) ?? []) as readonly Route[];
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
    const rules = (await listed(place, [family, 'rule', 'show'])) as
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

async function listed(place: Place, argv: readonly string[]): Promise<readonly unknown[] | undefined> {
  const said = await says(place, ['ip', '-j', ...argv]);
  if (!('text' in said) || said.text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(said.text.trim() === '' ? '[]' : said.text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
