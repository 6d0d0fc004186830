/** A selector while rules are applied to it. Everything that a long line could make slow is a map or a set. */
import { lowerAscii } from '../c-text/index.ts';
import { bytesOf, textOf } from './byte-string.ts';
import { indexOf, type CommandTable, type TableIndex } from './command-table.ts';
import type { Dialect } from './dialect.ts';
import { clear, drop, listed, orderedSet, put, type OrderedSet } from './ordered-set.ts';
import type { AclContext, AclSelector, CommandRules } from './types.ts';

export interface SelectorState {
  /** 1 for each allowed command, by its place in the table. */
  bits: Uint8Array;
  future: boolean;
  /** The sign of each rule that is kept, by its text without the sign, in order. */
  readonly rules: OrderedSet<'+' | '-'>;
  /** Rules with a `|`, by what stands before it. */
  readonly under: Map<string, Set<string>>;
  /** Rules about commands that the table lacks: a module's, or renamed away. */
  readonly unlisted: Map<string, boolean>;
  /** By full name: lower case to as written. */
  readonly firstArgs: Map<string, Map<string, string>>;
  allKeys: boolean;
  readonly keys: Map<string, { read: boolean; write: boolean }>;
  allChannels: boolean;
  readonly channels: Set<string>;
  allDatabases: boolean;
  databases: readonly number[];
}

/** What applying rules needs to know, worked out once per line. */
export interface Setting {
  readonly table: CommandTable;
  readonly index: TableIndex;
  readonly dialect: Dialect;
  readonly allChannels: boolean;
  /** Rules about unknown commands are kept, not refused: for what a server prints about itself. */
  readonly lenient: boolean;
}

export function settingOf(context: AclContext, dialect: Dialect, lenient = false): Setting {
  const { commands: table, pubsubDefault } = context;
  const allChannels =
    pubsubDefault === undefined ? dialect.allChannelsByDefault : pubsubDefault === 'allchannels';
  return { table, index: indexOf(table), dialect, allChannels: allChannels || !dialect.channels, lenient };
}

export const newSelector = ({ index, allChannels }: Setting): SelectorState => ({
  bits: new Uint8Array(index.commands.length),
  future: false,
  rules: orderedSet(),
  under: new Map(),
  unlisted: new Map(),
  firstArgs: new Map(),
  allKeys: false,
  keys: new Map(),
  allChannels,
  channels: new Set(),
  allDatabases: true,
  databases: [],
});

/** A selector opened for change. */
export function openSelector(selector: AclSelector, setting: Setting): SelectorState {
  const state = newSelector(setting);
  const { commands } = selector;
  state.future = commands.future;
  if (state.future) state.bits.fill(1);
  for (const name of commands.exceptions) {
    const place = setting.index.byName.get(name.toLowerCase());
    if (place === undefined) state.unlisted.set(bytesOf(name), !state.future);
    else state.bits[place] = state.future ? 0 : 1;
  }
  for (const rule of commands.rules) keepRule(state, bytesOf(rule.slice(1)), rule[0] === '-' ? '-' : '+');
  for (const [name, args] of Object.entries(selector.firstArgs)) {
    state.firstArgs.set(name, new Map(args.map(bytesOf).map((arg) => [lowerAscii(arg), arg])));
  }
  state.allKeys = selector.allKeys;
  for (const { pattern, read, write } of selector.keyPatterns)
    state.keys.set(bytesOf(pattern), { read, write });
  state.allChannels = selector.allChannels;
  for (const channel of selector.channels) state.channels.add(bytesOf(channel));
  state.allDatabases = selector.allDatabases;
  state.databases = selector.databases;
  return state;
}

/** Keeps a rule as the servers do since 7.2: an earlier one for the same command, or under it, goes. */
export function keepRule(state: SelectorState, rule: string, sign: '+' | '-'): void {
  const { rules, under } = state;
  drop(rules, rule);
  const below = under.get(rule);
  if (below) for (const item of below) drop(rules, item);
  below?.clear();
  put(rules, rule, sign);
  const bar = rule.indexOf('|');
  if (bar < 0) return;
  const container = rule.slice(0, bar);
  const group = under.get(container);
  if (group) group.add(rule);
  else under.set(container, new Set([rule]));
}

/** Allows or denies a command and, from 7.0 on, all its subcommands. */
export function setCommand(state: SelectorState, place: number, index: TableIndex, allow: boolean): void {
  const value = allow ? 1 : 0;
  state.bits[place] = value;
  if (state.firstArgs.size > 0) state.firstArgs.delete(index.names[place] ?? '');
  const subs = index.subcommands.get(place);
  if (subs) for (const sub of subs) state.bits[sub] = value;
}

export function setAllCommands(state: SelectorState, allow: boolean): void {
  state.bits.fill(allow ? 1 : 0);
  state.future = allow;
  clear(state.rules);
  state.under.clear();
  state.unlisted.clear();
  state.firstArgs.clear();
}

export function closeSelector(state: SelectorState, index: TableIndex): AclSelector {
  const keyPatterns = Array.from(state.keys, ([pattern, access]) => ({
    pattern: textOf(pattern),
    ...access,
  }));
  const firstArgs: Record<string, readonly string[]> = Object.create(null) as Record<
    string,
    readonly string[]
  >;
  for (const [name, args] of state.firstArgs) firstArgs[name] = Array.from(args.values(), textOf);
  return {
    commands: closeCommands(state, index),
    firstArgs: { ...firstArgs },
    allKeys: state.allKeys,
    keyPatterns,
    allChannels: state.allChannels,
    channels: Array.from(state.channels, textOf),
    allDatabases: state.allDatabases,
    databases: state.databases,
  };
}

function closeCommands({ bits, future, rules, unlisted }: SelectorState, index: TableIndex): CommandRules {
  const usual = future ? 1 : 0;
  const exceptions: string[] = [];
  for (let place = 0; place < bits.length; place++) {
    if (bits[place] !== usual) exceptions.push(index.names[place] ?? '');
  }
  for (const [name, allowed] of unlisted) if (allowed !== future) exceptions.push(textOf(name));
  return { rules: listed(rules).map(([rule, sign]) => sign + textOf(rule)), future, exceptions };
}
