import type { FirewallPart } from '../../../model/index.ts';
import type { Family } from '../../../lang/packets/index.ts';
import { iptablesPart } from './iptables.ts';
import { nftChange, nftPart } from './nft.ts';
import { chainName, nameOf, tableName } from './our-part.ts';

/**
 * A file of `iptables-save` with our part in it, once, whatever of ours was in it before; all other lines stay as they
 * are. Says why not where it has no place for it.
 *
 * @example mergeIptables('*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', { ports: [6379], allow: ['10.0.0.0/8'] }, 'ipv4', false)
 */
export function mergeIptables(
  text: string,
  part: FirewallPart,
  family: Family,
  docker: boolean,
): { readonly text: string } | { readonly why: string } {
  if (text.includes('\r')) return { why: 'its lines end as those of Windows' };
  const chain = chainName(nameOf(part), docker);
  const isOurs = (line: string): boolean => {
    const rule = line.replace(/^\[\d{0,20}:\d{0,20}\] /, '');
    return (
      rule.startsWith(`:${chain} `) ||
      rule.startsWith(`-A ${chain} `) ||
      (rule.startsWith('-A ') && rule.endsWith(` -j ${chain}`))
    );
  };
  const kept = text.split('\n').filter((line) => !isOurs(line));
  const { rules = [], jumps } = iptablesPart(part, family, docker);
  const parent = docker ? 'DOCKER-USER' : 'INPUT';
  const declaration = `:${chain} - [0:0]`;
  const ours = [
    ...jumps.map(({ words }) => `-A ${parent} ${words}`),
    ...rules.map((words) => `-A ${chain} ${words}`),
  ];
  const start = kept.indexOf('*filter');
  if (start < 0) {
    const own = docker ? [':DOCKER-USER - [0:0]'] : [];
    const table = ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]'];
    const before = kept.length === 1 && kept[0] === '' ? '' : kept.join('\n').replace(/\n*$/, '\n');
    return { text: `${before}${[...table, ...own, declaration, ...ours, 'COMMIT', ''].join('\n')}` };
  }
  const length = kept.slice(start).indexOf('COMMIT');
  if (length < 0) return { why: 'its table filter has no end' };
  const table = kept.slice(start, start + length);
  const lastDeclared = table.findLastIndex((line) => line.startsWith(':'));
  const has = table.some((line) => line.startsWith(`:${parent} `));
  const declared = [
    ...table.slice(0, Math.max(lastDeclared, 0) + 1),
    ...(has ? [] : [`:${parent} ${docker ? '-' : 'ACCEPT'} [0:0]`]),
    declaration,
  ];
  const rest = table.slice(Math.max(lastDeclared, 0) + 1);
  // At the head of its chain: before the first rule of all.
  const merged = [...kept.slice(0, start), ...declared, ...ours, ...rest, ...kept.slice(start + length)];
  return { text: merged.join('\n') };
}

const marks = (port: number): readonly [string, string] => [
  `# ${tableName(port)}: written by keyward, begin`,
  `# ${tableName(port)}: end`,
];

/** A file of nftables with our table at its end, once; all else stays as it is. */
export function mergeNft(text: string, part: FirewallPart): { readonly text: string } {
  const [begin, end] = marks(nameOf(part));
  const from = text.indexOf(`${begin}\n`);
  const to = from < 0 ? -1 : text.indexOf(`${end}\n`, from);
  const rest = to < 0 ? text : text.slice(0, from) + text.slice(to + end.length + 1);
  const head = rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`;
  return { text: `${head}${begin}\n${nftChange(nftPart(part), nameOf(part))}${end}\n` };
}

/** The file as `keep-firewall` makes it of what is there. */
export function mergeSaved(
  text: string,
  {
    words,
    backend,
    ...part
  }: FirewallPart & {
    readonly words: 'iptables-save' | 'ip6tables-save' | 'nft';
    readonly backend: 'iptables' | 'nft' | 'docker-user';
  },
): { readonly text: string } | { readonly why: string } {
  if (words === 'nft') return mergeNft(text, part);
  return mergeIptables(text, part, words === 'iptables-save' ? 'ipv4' : 'ipv6', backend === 'docker-user');
}
