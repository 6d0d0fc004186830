/**
 * Our lines in a file from which rules are loaded when the host starts. They are put in and taken out as lines, so that
 * whatever else stands in the file stays as it is, byte by byte, whoever wrote it and whenever.
 */
import type { FirewallBackend, FirewallPart, KeptWords } from '../../../model/index.ts';
import { joinZone, splitZone, zoneLines } from './firewalld.ts';
import { iptablesPart } from './iptables.ts';
import { nftChange, nftPart } from './nft.ts';
import { chainName, nameOf, tableName } from './our-part.ts';
import { joinUfw, splitUfw, ufwLines } from './ufw.ts';

/** In which file, and which part of ours. */
export interface SavedPlace {
  readonly words: KeptWords;
  readonly backend: FirewallBackend;
  /** The port that names our part. */
  readonly port: number;
}

export interface SplitFile {
  /** The file without our lines. */
  readonly rest: string;
  /** Our lines as they stand there. */
  readonly lines: readonly string[];
}

const isDocker = ({ backend }: { readonly backend: FirewallBackend }): boolean => backend === 'docker-user';

/** What is ours in a file, and what is not. */
export function splitSaved(text: string, place: SavedPlace): SplitFile {
  if (place.words === 'nft') return splitNft(text, place.port);
  if (place.words === 'firewalld-zone') return splitZone(text, place.port);
  return place.backend === 'ufw' ? splitUfw(text, place.port) : splitIptables(text, place);
}

/** A file with these lines of ours in it; says why not where it has no place for them. */
export function joinSaved(
  { rest, lines }: SplitFile,
  place: SavedPlace,
): { readonly text: string } | { readonly why: string } {
  if (lines.length === 0) return { text: rest };
  if (place.words === 'firewalld-zone') return joinZone(rest, lines);
  if (place.backend === 'ufw') return joinUfw(rest, lines);
  if (place.words !== 'nft') return joinIptables(rest, lines, isDocker(place));
  // A second part behind a lone mark would take the lines between them along when it goes.
  const lone = marks(place.port).find((mark) => rest.includes(`${mark}\n`));
  if (lone !== undefined)
    return { why: `its line "${lone}" stands alone: take out what is left of that part` };
  const head = rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`;
  return { text: `${head}${lines.join('\n')}\n` };
}

/** The file as `keep-firewall` makes it of what is there: our part once, whatever of ours was in it before. */
export function mergeSaved(
  text: string,
  { words, backend, ...part }: FirewallPart & Pick<SavedPlace, 'words' | 'backend'>,
): { readonly text: string } | { readonly why: string } {
  const place = { words, backend, port: nameOf(part) };
  return joinSaved({ ...splitSaved(text, place), lines: linesOf(part, place) }, place);
}

/** Our lines as they stand in such a file. */
export const savedLines = ({
  words,
  backend,
  ...part
}: FirewallPart & Pick<SavedPlace, 'words' | 'backend'>): readonly string[] =>
  linesOf(part, { words, backend, port: nameOf(part) });

const marks = (port: number): readonly [string, string] => [
  `# ${tableName(port)}: written by keyward, begin`,
  `# ${tableName(port)}: end`,
];

function linesOf(part: FirewallPart, { words, backend, port }: SavedPlace): readonly string[] {
  if (words === 'nft') {
    const [begin, end] = marks(port);
    return [begin, ...nftChange(nftPart(part), port).trimEnd().split('\n'), end];
  }
  if (words === 'firewalld-zone') return zoneLines(part);
  const family = words === 'iptables-save' ? 'ipv4' : 'ipv6';
  if (backend === 'ufw') return ufwLines(part, family);
  const docker = isDocker({ backend });
  const chain = chainName(port, docker);
  const { rules = [], jumps } = iptablesPart(part, family, docker);
  return [
    `:${chain} - [0:0]`,
    ...jumps.map(({ from, words: jump }) => `-A ${from} ${jump}`),
    ...rules.map((rule) => `-A ${chain} ${rule}`),
  ];
}

function splitIptables(text: string, place: SavedPlace): SplitFile {
  const chain = chainName(place.port, isDocker(place));
  const isOurs = (line: string): boolean => {
    const rule = line.replace(/^\[\d{0,20}:\d{0,20}\] /, '');
    return (
      rule.startsWith(`:${chain} `) ||
      rule.startsWith(`-A ${chain} `) ||
      (rule.startsWith('-A ') && rule.endsWith(` -j ${chain}`))
    );
  };
  const all = text.split('\n');
  return { rest: all.filter((line) => !isOurs(line)).join('\n'), lines: all.filter(isOurs) };
}

function splitNft(text: string, port: number): SplitFile {
  const [begin, end] = marks(port);
  const from = text.indexOf(`${begin}\n`);
  const to = from < 0 ? -1 : text.indexOf(`${end}\n`, from);
  if (to < 0) return { rest: text, lines: [] };
  const after = to + end.length + 1;
  return {
    rest: text.slice(0, from) + text.slice(after),
    lines: text.slice(from, after - 1).split('\n'),
  };
}

function joinIptables(
  rest: string,
  ours: readonly string[],
  docker: boolean,
): { readonly text: string } | { readonly why: string } {
  if (rest.includes('\r')) return { why: 'its lines end as those of Windows' };
  const parent = docker ? 'DOCKER-USER' : 'INPUT';
  const declarations = ours.filter((line) => line.startsWith(':'));
  const rules = ours.filter((line) => !line.startsWith(':'));
  const lines = rest.split('\n');
  const start = lines.indexOf('*filter');
  if (start < 0) {
    const before = rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`;
    const chains = ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `:${chain} ACCEPT [0:0]`);
    const own = docker ? [':DOCKER-USER - [0:0]'] : [];
    return {
      text: `${before}${['*filter', ...chains, ...own, ...declarations, ...rules, 'COMMIT', ''].join('\n')}`,
    };
  }
  const length = lines.slice(start).indexOf('COMMIT');
  if (length < 0) return { why: 'its table filter has no end' };
  const table = lines.slice(start, start + length);
  const declared = Math.max(
    table.findLastIndex((line) => line.startsWith(':')),
    0,
  );
  const has = table.some((line) => line.startsWith(`:${parent} `));
  const merged = [
    ...lines.slice(0, start),
    ...table.slice(0, declared + 1),
    ...(has ? [] : [`:${parent} ${docker ? '-' : 'ACCEPT'} [0:0]`]),
    ...declarations,
    // At the head of its chain: before the first rule of all.
    ...rules,
    ...table.slice(declared + 1),
    ...lines.slice(start + length),
  ];
  return { text: merged.join('\n') };
}
