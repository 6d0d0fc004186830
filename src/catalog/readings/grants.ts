import type { Grant } from '../../model/index.ts';
import { roleOf } from './roles.ts';

/**
 * Whether a user may run a command. Before 7.0 a container is one command, so `config` stands for `config|set`;
 * where subcommands are listed, only the exact name counts.
 */
export function permits({ commands }: Grant, command: string): boolean {
  if (commands.includes(command)) return true;
  const [container = command, sub] = command.split('|');
  return (
    sub !== undefined &&
    commands.includes(container) &&
    !commands.some((name) => name.startsWith(`${container}|`))
  );
}

/** Those of `wanted` that a user may run. */
export const permitted = (grant: Grant, wanted: readonly string[]): readonly string[] =>
  wanted.filter((command) => permits(grant, command));

/** Commands that make their user the owner of the server. */
export const ownerCommands = [
  'config|set',
  'acl|setuser',
  'acl|load',
  'sentinel|set',
  'sentinel|config-set',
] as const;

/** May give themselves whatever the server has. */
export const isOwner = (grant: Grant): boolean =>
  permitted(grant, ownerCommands).length > 0 || (grant.can.execute?.length ?? 0) > 0;

/**
 * A named user for an application: enabled, not `default`, not by its name an administrator, a replica, a Sentinel,
 * an exporter or a backup, and with no way to make itself the owner. What such a user has too much is worth a word of
 * its own; an owner's single commands are not.
 */
export const isOrdinary = (grant: Grant): boolean =>
  grant.enabled && grant.user !== 'default' && roleOf(grant.user) === undefined && !isOwner(grant);

/** Parts of a container that clients and libraries need, given back where the whole of it has to go. */
const givenBack: Readonly<Record<string, readonly string[]>> = {
  client: ['+client|setname', '+client|getname', '+client|id', '+client|reply'],
  cluster: ['+cluster|slots', '+cluster|nodes', '+cluster|info', '+cluster|keyslot'],
};

/** Rules that take commands from a user. Before 7.0 no rule takes a single subcommand: the container goes, its harmless parts come back. */
export function denials(grant: Grant, commands: readonly string[]): readonly string[] {
  const rules = commands.flatMap((command): readonly string[] => {
    if (grant.commands.includes(command)) return [`-${command}`];
    const [container = command] = command.split('|');
    return [`-${container}`, ...(givenBack[container] ?? [])];
  });
  return [...new Set(rules)];
}
