import { parseNft, parseNftJson } from '../../catalog/firewalls/nft/index.ts';
import {
  families,
  hasChain,
  iptablesChange,
  iptablesPart,
  mergeSaved,
  nftPart,
  readIptablesPart,
  readUfwPart,
  tableName,
  ufwChains,
  ufwFiles,
  ufwPart,
  unmarked,
} from '../../catalog/firewalls/print/index.ts';
import type { RuleSet } from '../../lang/packets/index.ts';
import type { Action, FirewallLayer, FirewallText, Unmet } from '../../model/index.ts';
import type { OurRules } from './firewall-network.ts';

const already = 'It is so already';
/** Why nothing is done where all of it is there. */
export const soAlready = (what: string): string => `${already}: ${what}`;
/** Whether nothing is left to do for it, rather than nothing that can be done. */
export const isSoAlready = ({ why }: Unmet): boolean => why.startsWith(`${already}: `);

/** Whether the kernel holds exactly these rules of ours: a step that sets them would change nothing. */
export function areThere(
  { rules, interfaces }: FirewallLayer,
  ours: readonly OurRules[],
  saved: readonly FirewallText[] = [],
): boolean {
  const six = interfaces.some(({ addresses }) => addresses.some((address) => address.includes(':')));
  return ours.every((part) =>
    part.backend === 'nft'
      ? tableIsThere(rules, part)
      : part.backend === 'ufw'
        ? rulesOfUfwAreThere(rules, part, six, saved)
        : (part.backend === 'iptables' || part.backend === 'docker-user') && chainsAreThere(rules, part, six),
  );
}

/** Whether the files that are loaded at boot hold them too. */
export const areKept = (
  saved: readonly FirewallText[],
  does: readonly Extract<Action, { do: 'keep-firewall' }>[],
): boolean =>
  does.every(({ path, ...part }) =>
    saved.some(({ from, text }) => {
      const merged = from === path ? mergeSaved(text, part) : undefined;
      return merged !== undefined && 'text' in merged && merged.text === text;
    }),
  );

function tableIsThere(texts: readonly FirewallText[], part: OurRules): boolean {
  const name = `inet ${tableName(part.ports[0] ?? 0)}`;
  const wanted = meaningOf(parseNft(nftPart(part)), name);
  return texts.some(
    ({ words, text }) =>
      (words === 'nft' || words === 'nft-json') &&
      meaningOf(words === 'nft' ? parseNft(text) : parseNftJson(text), name) === wanted,
  );
}

/** Our table without the places where its rules stand: lines and handles differ from listing to listing. */
const meaningOf = ({ tables }: RuleSet, name: string): string =>
  JSON.stringify(
    tables.filter((table) => table.name === name),
    (key, value: unknown) => {
      if (key === 'at') return undefined;
      if (typeof value === 'bigint') return String(value);
      return ArrayBuffer.isView(value) ? Array.from(value as BigUint64Array, String) : value;
    },
  );

function chainsAreThere(texts: readonly FirewallText[], part: OurRules, six: boolean): boolean {
  const docker = part.backend === 'docker-user';
  const port = part.ports[0] ?? 0;
  const found = families.map((family) => {
    const words = family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
    const own = texts.filter((one) => one.words === words).map(({ text }) => filterOf(text));
    const places = docker ? own.filter((text) => hasChain(text, 'DOCKER-USER')) : own;
    const wanted = iptablesPart(part, family, docker);
    const there = places.some(
      (text) => iptablesChange(readIptablesPart(text, port, docker), wanted, port, docker) === undefined,
    );
    return there ? 'there' : places.length === 0 && (docker || (family === 'ipv6' && !six)) ? 'none' : 'no';
  });
  return found.includes('there') && !found.includes('no');
}

/** Among those of ufw, at the place at which they would be put; with our mark, or as ufw has loaded them. */
function rulesOfUfwAreThere(
  texts: readonly FirewallText[],
  part: OurRules,
  six: boolean,
  saved: readonly FirewallText[],
): boolean {
  return families.every((family) => {
    const words = family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
    const places = texts
      .filter((one) => one.words === words)
      .map(({ text }) => filterOf(text))
      .filter((text) => hasChain(`\n${text}`, ufwChains[family]));
    const file = saved.find(({ from }) => from === ufwFiles[family])?.text ?? '';
    const isThere = (text: string): boolean => {
      const now = readUfwPart(text, file, part.ports[0] ?? 0, family);
      const [own, wanted] = [now, ufwPart(text, now, part, family)].map(({ jumps }) =>
        JSON.stringify(jumps.map((jump) => ({ ...jump, words: unmarked(jump.words) }))),
      );
      return own === wanted;
    };
    return places.length === 0 ? family === 'ipv6' && !six : places.every(isThere);
  });
}

/** Chains of one name stand in several tables: only those of `filter` are ours. */
function filterOf(text: string): string {
  const start = `\n${text}`.indexOf('\n*filter\n');
  if (start < 0) return '';
  const end = text.indexOf('\nCOMMIT', start);
  return text.slice(start, end < 0 ? undefined : end);
}
