/** Reader of `ipset save`, and of files that `ipset restore` takes. */
import type { RuleProblem } from '../../../lang/packets/index.ts';
import { badElements } from './elements.ts';
import type { IpSet, IpSetElement, IpSets } from './sets.ts';

interface Draft extends IpSet {
  readonly elements: Map<string, IpSetElement>;
}

/** Names that old versions gave to the types. */
const oldTypes: Readonly<Record<string, string>> = {
  ipmap: 'bitmap:ip',
  macipmap: 'bitmap:ip,mac',
  portmap: 'bitmap:port',
  iphash: 'hash:ip',
  nethash: 'hash:net',
  ipporthash: 'hash:ip,port',
  ipportiphash: 'hash:ip,port,ip',
  ipportnethash: 'hash:ip,port,net',
  iptree: 'hash:ip',
  iptreemap: 'hash:ip',
  setlist: 'list:set',
};

const partNames = new Set(['ip', 'net', 'port', 'iface', 'mark', 'mac', 'set']);

/** More problems than this are not told: a file that is something else has one on every line. */
const mostProblems = 200;

/**
 * Sets by name. Never throws; what `ipset restore` would refuse is a fatal problem.
 *
 * @example parseIpsetSave('create bad hash:net\nadd bad 10.0.0.0/8\n').sets.get('bad')?.elements.size // 1
 */
export function parseIpsetSave(text: string, options: { readonly file?: string } = {}): IpSets {
  const sets = new Map<string, Draft>();
  const problems: RuleProblem[] = [];
  let line = 0;
  let start = 0;
  const problem = (at: number, words: string, reason: string): void => {
    if (problems.length < mostProblems)
      problems.push({
        at: {
          ...(options.file === undefined ? {} : { file: options.file }),
          line: at,
          text: words.slice(0, 200),
        },
        reason,
        fatal: true,
      });
  };
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    line++;
    const words = text.slice(start, text.charCodeAt(end - 1) === 13 ? end - 1 : end);
    start = end + 1;
    const reason = readLine(words, line, sets);
    if (reason !== undefined) problem(line, words, reason);
  }
  for (const set of sets.values())
    for (const [element, reason] of badElements(set))
      problem(set.elements.get(element)?.line ?? 0, `add ${set.name} ${element}`, reason);
  return { sets, problems };
}

/** Gives what is wrong with it. */
function readLine(text: string, line: number, sets: Map<string, Draft>): string | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  // A comment is the one value in quotes.
  const bare = text.includes('"') ? text.replace(/\bcomment "[^"]*"/, '') : text;
  const [command = '', name = '', ...rest] = bare
    .split(/[ \t]+/)
    .filter((word) => word !== '' && word !== '-exist' && word !== '-!');
  const exist = /(?:^|\s)-(?:exist|!)(?:\s|$)/.test(bare);
  switch (command) {
    case '':
    case 'COMMIT':
    case 'quit':
      return undefined;
    case 'create':
    case '-N':
    case 'n':
      return create(sets, name, rest, exist);
    case 'add':
    case '-A':
      return add(sets, name, rest, line, exist);
    case 'del':
    case '-D': {
      const set = sets.get(name);
      if (set === undefined) return `there is no set ${name}`;
      return set.elements.delete(rest[0] ?? '') || exist ? undefined : `${rest[0]} is not in set ${name}`;
    }
    case 'flush':
    case '-F':
      if (name === '') for (const set of sets.values()) set.elements.clear();
      else sets.get(name)?.elements.clear();
      return undefined;
    case 'destroy':
    case '-X':
      if (name === '') sets.clear();
      else if (!sets.delete(name)) return `there is no set ${name}`;
      return undefined;
    case 'rename':
    case '-E':
    case 'swap':
    case '-W':
      return exchange(sets, name, rest[0] ?? '', command === 'swap' || command === '-W');
    default:
      return `${command} is no command of ipset`;
  }
}

function create(
  sets: Map<string, Draft>,
  name: string,
  words: readonly string[],
  exist: boolean,
): string | undefined {
  const [given = '', ...settings] = words;
  const type = oldTypes[given] ?? given;
  const parts = type.slice(type.indexOf(':') + 1).split(',');
  if (name === '' || !type.includes(':') || parts.some((part) => !partNames.has(part)))
    return `${given} is no type of set`;
  if (sets.has(name)) return exist ? undefined : `set ${name} is there already`;
  const setting = (key: string): string | undefined => {
    const at = settings.indexOf(key);
    return at < 0 ? undefined : settings[at + 1];
  };
  const addresses = parts.some((part) => part === 'ip' || part === 'net');
  const family = setting('family') === 'inet6' || setting('family') === '-6' ? 'ipv6' : 'ipv4';
  const netmask = setting('netmask');
  sets.set(name, {
    name,
    type,
    parts,
    family: addresses ? family : undefined,
    netmask: netmask === undefined ? undefined : Number(netmask),
    markmask: Number(setting('markmask') ?? 0xff_ff_ff_ff),
    elements: new Map(),
  });
  return undefined;
}

function add(
  sets: Map<string, Draft>,
  name: string,
  words: readonly string[],
  line: number,
  exist: boolean,
): string | undefined {
  const set = sets.get(name);
  const [element = ''] = words;
  if (set === undefined) return `there is no set ${name}`;
  if (element === '') return 'an element is missing';
  if (set.elements.has(element) && !exist) return `${element} is in set ${name} already`;
  set.elements.set(element, { nomatch: words.includes('nomatch'), line });
  return undefined;
}

function exchange(sets: Map<string, Draft>, from: string, to: string, swap: boolean): string | undefined {
  const [first, second] = [sets.get(from), sets.get(to)];
  if (first === undefined || (swap && second === undefined)) return `there is no set ${first ? to : from}`;
  if (!swap && second !== undefined) return `set ${to} is there already`;
  sets.delete(from);
  if (second !== undefined) sets.set(from, { ...second, name: from });
  sets.set(to, { ...first, name: to });
  return undefined;
}
