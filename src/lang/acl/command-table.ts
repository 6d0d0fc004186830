import type { Server } from './dialect.ts';
import type { KeySpec } from './key-spec.ts';

/** A command or a subcommand of a server, as its COMMAND describes it. */
export interface AclCommand {
  /** `get`, `config|set`. As the server writes it; compare without case. */
  readonly name: string;
  /** Arguments with the name; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly string[];
  readonly firstKey: number;
  readonly lastKey: number;
  readonly keyStep: number;
  /** Without the @. Derived from the flags where the server does not say (before 6.0). */
  readonly categories: readonly string[];
  readonly keySpecs: readonly KeySpec[];
  /** The command that this is a subcommand of. */
  readonly parent?: string;
  /** Whether it is a container: then it never runs without one of its subcommands. */
  readonly container?: true;
  /** What clients must call it, where `rename-command` changed that; '' where it is disabled. */
  readonly calledAs?: string;
}

/** What a server can be asked to do: plain data. A container stands before its subcommands. */
export interface CommandTable {
  readonly commands: readonly AclCommand[];
  /** All categories, in the order in which the server tries them. */
  readonly categories: readonly string[];
  readonly server?: Server;
  /** Whether the table is of exactly that version; false: of the nearest one that we have. */
  readonly exact?: boolean;
}

/** In the servers' own order, which decides what ACL LIST shows before 7.2. `replication` is KeyDB's. */
const knownCategories: readonly string[] = (
  'keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking ' +
  'dangerous connection transaction scripting'
).split(' ');

/** A table from its commands; the categories are gathered from them. */
export function tableOf(commands: readonly AclCommand[], server?: Server, exact?: boolean): CommandTable {
  const more = new Set(commands.flatMap(({ categories }) => categories));
  for (const category of knownCategories) more.delete(category);
  return {
    commands,
    categories: [...knownCategories, ...[...more].toSorted()],
    ...(server === undefined ? {} : { server }),
    ...(exact === undefined ? {} : { exact }),
  };
}

/**
 * The table under `rename-command`. ACL rules go on by the original names, clients must use the new ones.
 *
 * @param renames Pairs as in the configuration: the original name, and the new one or '' for disabled.
 * @example renameCommands(table, [['config', 'cfg-7a1'], ['debug', '']])
 */
export function renameCommands(
  table: CommandTable,
  renames: readonly (readonly [from: string, to: string])[],
): CommandTable {
  const names = new Map(renames.map(([from, to]) => [from.toLowerCase(), to]));
  if (names.size === 0) return table;
  const commands = table.commands.map((command) => {
    const calledAs = names.get(command.name.toLowerCase());
    return calledAs === undefined ? command : { ...command, calledAs };
  });
  return { ...table, commands };
}

/** A table, looked up: built once per table. */
export interface TableIndex {
  readonly commands: readonly AclCommand[];
  /** Full names in lower case, in the same order. */
  readonly names: readonly string[];
  /** By full name in lower case, to the place in `commands`. */
  readonly byName: ReadonlyMap<string, number>;
  /** By the name that clients use. */
  readonly byCall: ReadonlyMap<string, number>;
  /** Per category the places of its commands, subcommands included, in table order. */
  readonly members: ReadonlyMap<string, readonly number[]>;
  /** Per container the places of its subcommands. */
  readonly subcommands: ReadonlyMap<number, readonly number[]>;
  /** Whether the server has subcommands and key specifications: 7.0 and later. */
  readonly modern: boolean;
}

const indexes = new WeakMap<CommandTable, TableIndex>();

export function indexOf(table: CommandTable): TableIndex {
  const known = indexes.get(table);
  if (known) return known;
  const names = table.commands.map(({ name }) => name.toLowerCase());
  const byName = new Map<string, number>();
  const byCall = new Map<string, number>();
  const members = new Map<string, number[]>(table.categories.map((category) => [category, []]));
  const subcommands = new Map<number, number[]>();
  for (const [place, command] of table.commands.entries()) {
    const name = names[place] ?? '';
    byName.set(name, place);
    if (command.parent === undefined) byCall.set((command.calledAs ?? name).toLowerCase(), place);
    else {
      const parent = byName.get(command.parent.toLowerCase());
      if (parent !== undefined) {
        const siblings = subcommands.get(parent);
        if (siblings) siblings.push(place);
        else subcommands.set(parent, [place]);
      }
    }
    for (const category of command.categories) {
      const group = members.get(category);
      if (group) group.push(place);
      else members.set(category, [place]);
    }
  }
  byCall.delete('');
  const modern = table.commands.some(({ parent, keySpecs }) => parent !== undefined || keySpecs.length > 0);
  const index = { commands: table.commands, names, byName, byCall, members, subcommands, modern };
  indexes.set(table, index);
  return index;
}

/**
 * The command that a client's call names, under its present name; a container with an unknown subcommand is not found.
 *
 * @param args Arguments without the name.
 * @example findCommand(table, 'CONFIG', ['set', 'dir', '/tmp'])?.name // 'config|set'
 */
export function findCommand(
  table: CommandTable,
  name: string,
  args: readonly string[],
): AclCommand | undefined {
  const index = indexOf(table);
  const place = index.byCall.get(name.toLowerCase());
  const command = place === undefined ? undefined : index.commands[place];
  const first = args[0];
  if (command === undefined || !command.container || first === undefined) return command;
  const sub = index.byName.get(`${command.name.toLowerCase()}|${first.toLowerCase()}`);
  return sub === undefined ? undefined : index.commands[sub];
}
