/**
 * Whether a server accepts the rules of a `user` line while it reads the file. It tries them on a fresh user; a
 * command or category that it does not know is forgiven here (a module may bring it) and stops it only later.
 * What the rules grant is not asked here.
 */
import { commandNames } from './table.ts';
import { lowerAscii } from '../c-text/index.ts';
import { compareVersionTexts } from '../version/index.ts';
import { redisLevel, type ConfProduct } from './traits.ts';

const flags = new Set([
  'on',
  'off',
  'nopass',
  'resetpass',
  'reset',
  'sanitize-payload',
  'skip-sanitize-payload',
  'clearselectors',
]);
const grants = new Set(['allkeys', 'resetkeys', 'allcommands', 'nocommands']);

interface Grammar {
  readonly channels: boolean;
  readonly selectors: boolean;
  readonly databases: boolean;
  readonly allChannels: boolean;
  readonly commands: ReadonlySet<string>;
}

/** What one user or selector has collected so far, as far as it decides what may follow. */
interface Collected {
  allKeys: boolean;
  allChannels: boolean;
  readonly passwords: Set<string>;
}

const syntax = 'Syntax error';
const [afterAllKeys, afterAllChannels] = [
  ['allkeys', 'keys', 'patterns'],
  ['allchannels', 'channels', 'channels'],
].map(
  ([flag, reset, things]) =>
    `Adding a pattern after the * pattern (or the '${flag}' flag) is not valid and does not have any effect. Try 'reset${reset}' to start with an empty list of ${things}`,
);

/**
 * Why the server refuses the rules, or undefined. `allChannels` says that new users may use all channels, as
 * `acl-pubsub-default` has it: then no single channel can be added.
 */
export function refuseUser(
  rules: readonly string[],
  product: ConfProduct,
  version: string,
  allChannels: boolean,
): string | undefined {
  const level = redisLevel(product, version);
  const grammar: Grammar = {
    channels: compareVersionTexts(level, '6.2.0') >= 0,
    selectors: compareVersionTexts(level, '7.0.0') >= 0,
    databases: product === 'valkey' && compareVersionTexts(version, '9.1.0') >= 0,
    allChannels,
    commands: commandNames(product, version),
  };
  const user: Collected = { allKeys: false, allChannels, passwords: new Set() };
  const merged = grammar.selectors ? mergeSelectors(rules) : rules;
  if (merged === undefined) return 'Unmatched parenthesis in a selector';
  for (const rule of merged) {
    const reason = rule === '' ? undefined : refuseRule(rule, user, grammar);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** `(~a` `+get)` are one rule. Undefined where a parenthesis stays open. */
function mergeSelectors(rules: readonly string[]): readonly string[] | undefined {
  const merged: string[] = [];
  let open: string | undefined;
  for (const rule of rules) {
    // One that opens while another is open takes its place: what the other had is forgotten.
    if (rule.startsWith('(') && !rule.endsWith(')')) open = rule;
    else if (open === undefined) merged.push(rule);
    else if (rule.endsWith(')')) {
      merged.push(`${open} ${rule}`);
      open = undefined;
    } else open += ` ${rule}`;
  }
  return open === undefined ? merged : undefined;
}

function refuseRule(rule: string, user: Collected, grammar: Grammar): string | undefined {
  const word = lowerAscii(rule);
  if (flags.has(word)) {
    if (!grammar.channels && word.includes('sanitize')) return syntax;
    if (!grammar.selectors && word === 'clearselectors') return syntax;
    if (word === 'reset') Object.assign(user, { allKeys: false, allChannels: grammar.allChannels });
    if (word === 'reset' || word === 'resetpass' || word === 'nopass') user.passwords.clear();
    return undefined;
  }
  switch (rule[0] ?? '') {
    case '>':
      user.passwords.add(rule.slice(1));
      return undefined;
    case '<':
      return user.passwords.delete(rule.slice(1)) ? undefined : absent;
    case '#':
      if (!hash.test(rule.slice(1))) return wrongHash;
      user.passwords.add(rule);
      return undefined;
    case '!':
      if (!hash.test(rule.slice(1))) return wrongHash;
      return user.passwords.delete(`#${rule.slice(1)}`) ? undefined : absent;
    case '(':
      return grammar.selectors ? refuseSelector(rule, grammar) : syntax;
    default:
      return refuseGrant(rule, user, grammar);
  }
}

const hash = /^[0-9a-f]{64}$/;
const absent = 'The password you are trying to remove from the user does not exist';
const wrongHash =
  'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters';

function refuseSelector(rule: string, grammar: Grammar): string | undefined {
  const own: Collected = { allKeys: false, allChannels: grammar.allChannels, passwords: new Set() };
  for (const part of rule.slice(1, -1).split(/[ \t\r\n\v\f]/)) {
    const reason = part === '' ? undefined : refuseGrant(part, own, grammar);
    if (reason !== undefined) return reason;
    // What a module may bring ends the look at a selector: it is forgiven as a whole.
    if ((part[0] === '+' || part[0] === '-') && !isKnown(part, grammar)) return undefined;
  }
  return undefined;
}

/** What users and selectors have in common: keys, channels, commands, databases. */
function refuseGrant(rule: string, user: Collected, grammar: Grammar): string | undefined {
  const word = lowerAscii(rule);
  if (word === 'allkeys' || rule === '~*') user.allKeys = true;
  else if (word === 'resetkeys') user.allKeys = false;
  if (grants.has(word) || rule === '~*') return undefined;
  if (grammar.channels && (word === 'allchannels' || word === 'resetchannels' || rule === '&*')) {
    user.allChannels = word !== 'resetchannels';
    return undefined;
  }
  if (grammar.databases && (word === 'alldbs' || word === 'resetdbs')) return undefined;
  if (grammar.databases && word.startsWith('db='))
    return /^db=[0-9]+(?:,[0-9]+)*$/.test(word) ? undefined : syntax;
  if (rule[0] === '+' || rule[0] === '-') return refuseCommand(rule, grammar);
  if (rule[0] === '&' && grammar.channels) {
    if (user.allChannels) return afterAllChannels;
    return blank.test(rule) ? syntax : undefined;
  }
  const permission = rule[0] === '%' && grammar.selectors;
  if (rule[0] !== '~' && !permission) return syntax;
  if (user.allKeys) return afterAllKeys;
  // `%R` alone is a pattern too: the empty one.
  if (permission && !/^%(?:r|w|rw|wr)(?:~|$)/i.test(rule)) return syntax;
  return blank.test(rule) ? syntax : undefined;
}

const blank = /[ \t\r\n\v\f\0]/;

const categories: ReadonlySet<string> = new Set(
  'all keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting search tdigest cms bloom cuckoo topk timeseries json vectorset'.split(
    ' ',
  ),
);

/** Whether the server has the command or the category by itself. */
function isKnown(rule: string, { commands }: Grammar): boolean {
  const word = lowerAscii(rule.slice(1));
  if (word.startsWith('@')) return categories.has(word.slice(1));
  const [command = ''] = word.split('|', 1);
  return commands.has(word) || (commands.has(command) && !containersAmong(commands).has(command));
}

const containers = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();

/** The commands that have subcommands, worked out once per table. */
function containersAmong(commands: ReadonlySet<string>): ReadonlySet<string> {
  const found =
    containers.get(commands) ??
    new Set([...commands].flatMap((name) => (name.includes('|') ? name.slice(0, name.indexOf('|')) : [])));
  containers.set(commands, found);
  return found;
}

/** `+get`, `-@all`, `+config|get`, `+select|0`. What is not known is not looked at any further. */
function refuseCommand(rule: string, { selectors, commands }: Grammar): string | undefined {
  const bar = selectors ? rule.lastIndexOf('|') : rule.indexOf('|');
  if (bar < 0 || rule[1] === '@') return undefined;
  const command = lowerAscii(rule.slice(1, bar));
  if (!commands.has(command)) return undefined;
  if (selectors && command.includes('|')) return 'Allowing first-arg of a subcommand is not supported';
  return bar === rule.length - 1 ? syntax : undefined;
}
