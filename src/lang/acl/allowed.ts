import { indexOf, type CommandTable } from './command-table.ts';
import { needsNoPermission } from './permits.ts';
import type { AclUser, CommandRules } from './types.ts';

/**
 * Everything that some selector of the user allows, keys aside: full names in lower case, subcommands as
 * `config|set`, commands allowed with one first argument only as `debug|object`. A container stands there only
 * if it is allowed as such.
 *
 * @example allowedCommands(user, table).has('flushall')
 */
export function allowedCommands(user: AclUser, table: CommandTable): ReadonlySet<string> {
  const allowed = new Set<string>();
  const { commands, names } = indexOf(table);
  const allows = allowedBySome(user.selectors.map((selector) => selector.commands));
  for (const [place, command] of commands.entries()) {
    const name = names[place] ?? '';
    if (needsNoPermission(command) || allows(name)) allowed.add(name);
  }
  for (const { firstArgs } of user.selectors) {
    for (const [name, args] of Object.entries(firstArgs)) {
      if (!allowed.has(name)) for (const argument of args) allowed.add(`${name}|${argument.toLowerCase()}`);
    }
  }
  return allowed;
}

/** Whether any of these allows a name: counted once for all of them, since a user may have very many selectors. */
function allowedBySome(rules: readonly CommandRules[]): (name: string) => boolean {
  const named = new Set<string>();
  const withheld = new Map<string, number>();
  let open = 0;
  for (const { future, exceptions } of rules) {
    if (future) open++;
    for (const name of new Set(exceptions)) {
      if (future) withheld.set(name, (withheld.get(name) ?? 0) + 1);
      else named.add(name);
    }
  }
  return (name) => named.has(name) || (withheld.get(name) ?? 0) < open;
}
