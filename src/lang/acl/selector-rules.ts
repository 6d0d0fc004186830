/** One rule applied to a selector: commands, keys, channels, databases (ACLSetSelector; in 6.x ACLSetUser). */
import { cString, lowerAscii } from '../c-text/index.ts';
import { hasSpace } from './byte-string.ts';
import { keepRule, setAllCommands, setCommand, type SelectorState, type Setting } from './selector-state.ts';
import type { AclProblemCode } from './types.ts';

/** Why the server refuses the rule; undefined: it takes it. */
export type Refusal = AclProblemCode | undefined;

export function applySelectorRule(state: SelectorState, token: string, setting: Setting): Refusal {
  const { dialect } = setting;
  const rule = cString(token);
  const first = rule[0];
  if (first === '+' || first === '-') return commandRule(state, rule, setting);
  const word = rule.length <= 13 ? rule.toLowerCase() : rule;
  if (word === 'allkeys' || word === '~*') {
    state.allKeys = true;
    state.keys.clear();
  } else if (word === 'resetkeys') {
    state.allKeys = false;
    state.keys.clear();
  } else if (word === 'allcommands' || word === 'nocommands') {
    setAllCommands(state, word === 'allcommands');
  } else if (dialect.channels && (word === 'allchannels' || word === '&*')) {
    state.allChannels = true;
    state.channels.clear();
  } else if (dialect.channels && word === 'resetchannels') {
    state.allChannels = false;
    state.channels.clear();
  } else if (dialect.databases && (word === 'alldbs' || word === 'resetdbs')) {
    state.allDatabases = word === 'alldbs';
    state.databases = [];
  } else if (dialect.databases && rule.slice(0, 3).toLowerCase() === 'db=') {
    return databaseRule(state, rule.slice(3));
  } else if (first === '~' || (first === '%' && dialect.selectors)) {
    return keyRule(state, token, setting.lenient);
  } else if (first === '&' && dialect.channels) {
    if (state.allChannels) return 'pattern-after-allchannels';
    const pattern = token.slice(1);
    if (hasSpace(pattern)) return 'syntax';
    state.channels.add(pattern);
  } else return 'syntax';
  return undefined;
}

function keyRule(state: SelectorState, token: string, lenient: boolean): Refusal {
  // A server lists `%RW~*` as `~*`, and other patterns behind it: those add nothing.
  if (state.allKeys) return lenient ? undefined : 'pattern-after-allkeys';
  let read = false;
  let write = false;
  let from = 1;
  if (token[0] === '~') read = write = true;
  else {
    for (; from < token.length; from++) {
      const letter = token[from]?.toUpperCase();
      if (letter === 'R' && !read) read = true;
      else if (letter === 'W' && !write) write = true;
      else if (letter === '~') {
        from++;
        break;
      } else return 'syntax';
    }
    if (!read && !write) return 'syntax';
  }
  const pattern = token.slice(from);
  if (hasSpace(pattern)) return 'syntax';
  const known = state.keys.get(pattern);
  if (known === undefined) state.keys.set(pattern, { read, write });
  else {
    known.read ||= read;
    known.write ||= write;
  }
  return undefined;
}

const maximumDatabase = 2147483647;

function databaseRule(state: SelectorState, text: string): Refusal {
  const databases = new Set<number>();
  for (const item of text.split(',')) {
    // As strtoll reads it: blanks and a sign before the digits, nothing behind.
    if (!/^[\t-\r ]*[+-]?[0-9]+$/.test(item)) return 'syntax';
    const id = Number(item.trim());
    if (id < 0 || id > maximumDatabase) return 'database-out-of-range';
    databases.add(id === 0 ? 0 : id);
  }
  state.allDatabases = false;
  state.databases = [...databases].toSorted((a, b) => a - b);
  return undefined;
}

function commandRule(state: SelectorState, rule: string, setting: Setting): Refusal {
  const sign = rule[0] === '-' ? '-' : '+';
  const name = lowerAscii(rule.slice(1));
  if (name === '@all') setAllCommands(state, sign === '+');
  else if (name[0] === '@') return categoryRule(state, name, sign, setting);
  else if (sign === '+' && name.includes('|')) return allowUnder(state, rule.slice(1), setting);
  else {
    const place = setting.index.byName.get(name);
    if (place === undefined) return unlisted(state, name, sign, setting);
    setCommand(state, place, setting.index, sign === '+');
    keepRule(state, name, sign);
  }
  return undefined;
}

function categoryRule(
  state: SelectorState,
  name: string,
  sign: '+' | '-',
  { index, dialect, lenient }: Setting,
): Refusal {
  const members = index.members.get(name.slice(1));
  if (members === undefined) {
    if (lenient) keepRule(state, name, sign);
    return lenient ? undefined : 'unknown-command';
  }
  for (const place of members) {
    if (dialect.categoriesSkipModules && index.commands[place]?.flags.includes('module')) continue;
    setCommand(state, place, index, sign === '+');
  }
  keepRule(state, name, sign);
  return undefined;
}

/** `+container|subcommand`, or `+command|first-argument` where the command has no subcommands. */
function allowUnder(state: SelectorState, written: string, setting: Setting): Refusal {
  const { index, dialect } = setting;
  const name = lowerAscii(written);
  const bar = dialect.selectors ? name.lastIndexOf('|') : name.indexOf('|');
  const base = name.slice(0, bar);
  const place = index.byName.get(base);
  const argument = written.slice(bar + 1);
  if (place === undefined) return unlisted(state, name, '+', setting);
  const command = index.commands[place];
  if (command?.parent !== undefined) return 'first-arg-of-subcommand';
  if (argument === '') return 'syntax';
  if (command?.container) {
    const sub = index.byName.get(name);
    if (sub === undefined) return unlisted(state, name, '+', setting);
    setCommand(state, sub, index, true);
  } else {
    if (state.bits[place] === 1 && dialect.firstArgOfAllowed !== 'added') {
      return dialect.firstArgOfAllowed === 'refused' ? 'already-allowed' : undefined;
    }
    const args = state.firstArgs.get(base) ?? new Map<string, string>();
    if (!args.has(lowerAscii(argument))) args.set(lowerAscii(argument), argument);
    state.firstArgs.set(base, args);
  }
  keepRule(state, name, '+');
  return undefined;
}

function unlisted(state: SelectorState, name: string, sign: '+' | '-', { lenient }: Setting): Refusal {
  if (!lenient || name === '') return 'unknown-command';
  state.unlisted.set(name, sign === '+');
  keepRule(state, name, sign);
  return undefined;
}
