import { indexOf, type CommandTable } from './command-table.ts';
import { allowsName, needsNoPermission } from './permits.ts';
import type { AclUser } from './types.ts';

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
  for (const [place, command] of commands.entries()) {
    const name = names[place] ?? '';
    if (needsNoPermission(command) || user.selectors.some((selector) => allowsName(selector.commands, name)))
      allowed.add(name);
  }
  for (const { firstArgs } of user.selectors) {
    for (const [name, args] of Object.entries(firstArgs)) {
      if (!allowed.has(name)) for (const argument of args) allowed.add(`${name}|${argument.toLowerCase()}`);
    }
  }
  return allowed;
}
