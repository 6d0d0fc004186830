/**
 * Our part of ufw: rules among its own, in the form in which it writes them itself, so that `ufw status` shows them and
 * `ufw reload` loads them. Allowed sources come before a deny of all others, and all of it before the first rule that
 * lets anybody in by these ports; what refuses earlier goes on refusing.
 */
import type { Family } from '../../../lang/packets/index.ts';
import type { FirewallPart } from '../../../model/index.ts';
import type { IptablesPart, Jump } from './iptables.ts';
import { families, nameOf, networksOf, tableName } from './our-part.ts';

export const ufwFiles = { ipv4: '/etc/ufw/user.rules', ipv6: '/etc/ufw/user6.rules' } as const;
export const ufwChains = { ipv4: 'ufw-user-input', ipv6: 'ufw6-user-input' } as const;

interface UfwRule {
  /** The line by which ufw reads its own file. */
  readonly tuple: string;
  /** The line that it loads. */
  readonly rule: string;
  /** As iptables-save prints it, without its chain; our mark is in it until ufw loads its file anew. */
  readonly words: string;
}

const everybody = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;
const commentOf = (port: number): string => ` comment=${Buffer.from(tableName(port)).toString('hex')}`;
const markOf = (port: number): string => ` -m comment --comment ${tableName(port)}`;

function ufwRules(part: FirewallPart, family: Family): readonly UfwRule[] {
  const ports = part.ports.toSorted((a, b) => a - b).join(',');
  const [short, long] =
    part.ports.length > 1
      ? ['-m multiport --dports', '-m multiport --dports']
      : ['--dport', '-m tcp --dport'];
  const all = everybody[family];
  const rule = (action: 'allow' | 'deny', network: string): UfwRule => {
    const source = network.replace(family === 'ipv4' ? /\/32$/ : /\/128$/, '');
    const [from, whole] = network === all ? ['', ''] : [` -s ${source}`, `-s ${network} `];
    const target = action === 'allow' ? 'ACCEPT' : 'DROP';
    return {
      tuple: `### tuple ### ${action} tcp ${ports} ${all} any ${source} in${commentOf(nameOf(part))}`,
      rule: `-A ${ufwChains[family]} -p tcp ${short} ${ports}${from} -j ${target}`,
      words: `${whole}-p tcp ${long} ${ports}${markOf(nameOf(part))} -j ${target}`,
    };
  };
  return [...networksOf(part.allow, family).map((network) => rule('allow', network)), rule('deny', all)];
}

/** What `ufw` would be told, for people: without the place, which depends on what is there. */
export const ufwCommands = (part: FirewallPart): readonly string[] => {
  const to = `to any port ${part.ports.toSorted((a, b) => a - b).join(',')} comment ${tableName(nameOf(part))}`;
  return [
    ...families.flatMap((family) =>
      networksOf(part.allow, family).map((network) => `ufw allow proto tcp from ${network} ${to}`),
    ),
    `ufw deny proto tcp ${to}`,
  ];
};

/** Whether a rule may let somebody in by one of these ports; one that only refuses, or writes a log, does not. */
function letsIn(words: string, ports: readonly number[]): boolean {
  if (/ -j (?:DROP|REJECT|ufw6?-user-logging-input)\b/.test(` ${words}`)) return false;
  const protocol = /(?:^| )-p (\S{1,20})/.exec(words)?.[1] ?? 'all';
  if (protocol !== 'tcp' && protocol !== 'all') return false;
  const named = / --(?:dport|dports|destination-port|destination-ports) (\S{1,200})/.exec(` ${words}`)?.[1];
  if (named === undefined || words.includes('!')) return true;
  return named.split(',').some((range) => {
    const [first = 0, last = first] = range.split(':').map(Number);
    return ports.some((port) => port >= first && port <= last);
  });
}

/** Whether `ufw limit` counts those who come to one of these ports: a rule of ours before it would let them by. */
export const limitsIn = (save: string, ports: readonly number[]): boolean =>
  save.split('\n').some((line) => {
    const words = ruleLine.exec(line)?.[1] ?? '';
    return / -j ufw6?-user-limit$/.test(words) && letsIn(words, ports);
  });

/** Before which of these rules ours belong. */
const placeAmong = (rules: readonly string[], ports: readonly number[]): number => {
  const found = rules.findIndex((words) => letsIn(words, ports));
  return found < 0 ? rules.length : found;
};

const ruleLine = /^-A ufw6?-user-input (.*)$/;

/** ufw's file without our rules, and ours as they stand there. */
export function splitUfw(
  text: string,
  port: number,
): { readonly rest: string; readonly lines: readonly string[] } {
  const rest: string[] = [];
  const lines: string[] = [];
  let ours = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('### ')) ours = line.startsWith('### tuple ### ') && line.endsWith(commentOf(port));
    (ours ? lines : rest).push(line);
  }
  return { rest: rest.join('\n'), lines };
}

/**
 * All parts of ours in a file of ufw, or in what `iptables-save` printed, where our mark is at them; each of their
 * rules for itself.
 */
export const splitAllUfw = (
  text: string,
): readonly {
  readonly name: number;
  readonly ports: readonly number[];
  readonly sources: readonly string[];
}[] =>
  text.split('\n').flatMap((line) => {
    const [deed, ports = '', source = '', comment = ''] =
      /^### tuple ### (allow|deny) tcp (\S{1,200}) \S+ any (\S{1,50}) in comment=((?:[\da-f]{2}){1,20})$/
        .exec(line)
        ?.slice(1) ?? [];
    const mark =
      deed === undefined
        ? / --comment (keyward_\d{1,5}) /.exec(ruleLine.exec(line)?.[1] ?? '')?.[1]
        : Buffer.from(comment, 'hex').toString('latin1');
    const name = /^keyward_(\d{1,5})$/.exec(mark ?? '')?.[1];
    if (name === undefined) return [];
    const words = ruleLine.exec(line)?.[1] ?? '';
    const lets = deed === 'allow' || words.endsWith(' -j ACCEPT');
    const from =
      deed === undefined
        ? (/^-s (\S{1,50}) /.exec(words)?.[1] ?? everybody[line.startsWith('-A ufw6') ? 'ipv6' : 'ipv4'])
        : source;
    const named = deed === undefined ? (/ --dports? (\S{1,200})/.exec(` ${words}`)?.[1] ?? '') : ports;
    return [
      {
        name: Number(name),
        ports: [Number(name), ...named.split(',').map(Number)],
        sources: lets ? [from] : [],
      },
    ];
  });

export function joinUfw(
  rest: string,
  ours: readonly string[],
): { readonly text: string } | { readonly why: string } {
  const ports = (ours[0]?.split(' ')[5] ?? '').split(',').map(Number);
  const lines = rest.split('\n');
  const end = lines.indexOf('### END RULES ###');
  if (end < 0) return { why: 'it has no end of its rules' };
  const first = lines.findIndex((line, index) => {
    const words = ruleLine.exec(line)?.[1];
    return index < end && words !== undefined && letsIn(words, ports);
  });
  const tuple = lines.findLastIndex((line, index) => index < first && line.startsWith('### tuple ###'));
  const at = first < 0 ? end : tuple < 0 ? first : tuple;
  return { text: [...lines.slice(0, at), ...ours, ...lines.slice(at)].join('\n') };
}

/** Our part as lines of its file. */
export const ufwLines = (part: FirewallPart, family: Family): readonly string[] =>
  ufwRules(part, family).flatMap(({ tuple, rule }) => [tuple, rule, '']);

/** Equal for the same rule, in the file and as the kernel prints it; `undefined` for what is none of our kind. */
function keyOf(words: string): string | undefined {
  const file =
    /^-p tcp (?:-m multiport --dports|--dport) (\S{1,200})(?: -s (\S{1,50}))? -j (ACCEPT|DROP)$/.exec(words);
  const [, ports, source, target] =
    file ??
    /^(?:-s (?<source>\S{1,50}) )?-p tcp (?:-m multiport --dports|-m tcp --dport) (\S{1,200})(?: -m comment --comment \S{1,40})? -j (ACCEPT|DROP)$/
      .exec(words)
      ?.map((_, index, all) => all[[0, 2, 1, 3][index] ?? 0]) ??
    [];
  if (ports === undefined) return undefined;
  return `${source?.replace(/\/(?:32|128)$/, '') ?? ''} ${ports} ${target}`;
}

/** Rules of the chain of ufw's users, in order, as iptables-save prints them. */
const standing = (save: string, family: Family): readonly string[] => {
  const start = `-A ${ufwChains[family]} `;
  return save.split('\n').flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []));
};

/** Without our mark, which goes when ufw loads its file. */
export const unmarked = (words: string): string =>
  words.replace(/ -m comment --comment keyward_\d{1,5}\b/, '');

/**
 * What is ours in what `iptables-save -t filter` printed: rules with our mark, and those that ufw has loaded from its
 * own file, where they are ours by their comment.
 */
export function readUfwPart(save: string, file: string, port: number, family: Family): IptablesPart {
  const rules = standing(save, family);
  const { rest, lines } = splitUfw(file, port);
  const keys = (all: readonly string[]): readonly string[] =>
    all.flatMap((line) => keyOf(ruleLine.exec(line)?.[1] ?? '') ?? []);
  const spare = keys(rest.split('\n'));
  const wanted = new Map<string, number>();
  for (const key of keys(lines)) wanted.set(key, (wanted.get(key) ?? 0) + 1);
  const isMarked = (words: string): boolean => words.includes(`${markOf(port)} `);
  const count = (key: string, marked: boolean): number =>
    rules.filter((words) => keyOf(words) === key && isMarked(words) === marked).length;
  // Somebody may have the same rule: as many as his file holds are his.
  const left = new Map(
    [...wanted].map(([key, many]) => [
      key,
      Math.min(many - count(key, true), count(key, false) - spare.filter((one) => one === key).length),
    ]),
  );
  const jumps = rules.flatMap((words, index): readonly Jump[] => {
    const key = keyOf(words);
    const open = key === undefined ? 0 : (left.get(key) ?? 0);
    if (!isMarked(words) && open <= 0) return [];
    if (!isMarked(words) && key !== undefined) left.set(key, open - 1);
    return [{ from: ufwChains[family], at: index + 1, words }];
  });
  return { jumps };
}

/** Our part as it shall be, at its place among the rules that `iptables-save` printed. */
export function ufwPart(save: string, now: IptablesPart, part: FirewallPart, family: Family): IptablesPart {
  const own = new Set(now.jumps.map(({ at }) => at - 1));
  const others = standing(save, family).filter((_, index) => !own.has(index));
  const place = placeAmong(others, part.ports);
  return {
    jumps: ufwRules(part, family).map(({ words }, index) => ({
      from: ufwChains[family],
      at: place + index + 1,
      words,
    })),
  };
}

/** What `iptables-save` will print once our part is there: the rest of the text stays as it is. */
export function withUfwPart(text: string, part: FirewallPart, family: Family): string {
  const { jumps } = ufwPart(text, { jumps: [] }, part, family);
  const lines = text.split('\n');
  const start = `-A ${ufwChains[family]} `;
  const places = lines.flatMap((line, index) => (line.startsWith(start) ? [index] : []));
  const declared = lines.findLastIndex((line) => line.startsWith(`:${ufwChains[family]} `));
  const commit = lines.findIndex((line, index) => index > declared && line === 'COMMIT');
  if (declared < 0 || commit < 0) return text;
  const at = places[(jumps[0]?.at ?? 1) - 1] ?? commit;
  return [...lines.slice(0, at), ...jumps.map(({ words }) => `${start}${words}`), ...lines.slice(at)].join(
    '\n',
  );
}

/** Whether ufw manages the rules of this host: `iptables-save` shows its chains, and that packets come to them. */
export const isUfwActive = (save: string): boolean =>
  save.includes('\n-A INPUT -j ufw-before-input\n') && save.includes(`\n:${ufwChains.ipv4} `);
