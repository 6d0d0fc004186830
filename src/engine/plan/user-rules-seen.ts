import type { AclUser } from '../../lang/acl/index.ts';
import type { Situation } from './scene.ts';
import { allowedTo, changedUser, isModern, mayRun } from './user-rules.ts';

/** Parts of CLIENT that speak of the own connection only; the last one is asked of every server, and known to few. */
export const clientParts = (
  'client|setname client|getname client|id client|info client|reply client|setinfo client|tracking ' +
  'client|trackinginfo client|caching client|getredir client|maint_notifications'
).split(' ');

/** What clients of a cluster ask to find its nodes. */
export const clusterParts =
  'cluster|slots cluster|shards cluster|nodes cluster|info cluster|keyslot cluster|myid'.split(' ');

/** Parts of a container that are harmless: what is given where only the container was seen, as before 7.0. */
const harmlessParts: Readonly<Record<string, readonly string[]>> = {
  client: clientParts,
  cluster: clusterParts,
  config: ['config|get'],
  acl: ['acl|whoami'],
  module: ['module|list'],
  debug: ['debug|object'],
  script: ['script|load', 'script|exists'],
};

export interface Widened {
  readonly rules: readonly string[];
  readonly user: AclUser;
}

/**
 * Rules that give a user the commands that it must have, where it lacks them. A container as a whole is not given for
 * the sake of a part that nobody saw. What this server does not have, or does not take, is left out.
 */
export function withCommands(node: Situation, user: AclUser, commands: readonly string[]): Widened {
  const known = new Set(node.commands?.commands.map(({ name }) => name.toLowerCase()));
  const allowed = allowedTo(node, user);
  const modern = isModern(node);
  const has = (command: string): boolean =>
    mayRun(allowed, command) || (!modern && allowed.includes(command.split('|', 1)[0] ?? command));
  const wanted = commands.flatMap((command) => {
    const parts = harmlessParts[command];
    // From 7.0 on a container by itself does nothing, and may well be allowed.
    return parts !== undefined && (modern || !has(command)) ? parts : [command];
  });
  const rules = [...new Set(wanted)]
    .filter((command) => !has(command))
    .filter((command) => known.has(modern ? command : (command.split('|', 1)[0] ?? command)))
    .toSorted()
    .map((command) => `+${command}`);
  const whole = changedUser(node, user, rules);
  return 'user' in whole ? { rules, user: whole.user } : oneByOne(node, user, rules);
}

function oneByOne(node: Situation, user: AclUser, rules: readonly string[]): Widened {
  return rules.reduce<Widened>(
    (before, rule) => {
      const after = changedUser(node, before.user, [rule]);
      return 'user' in after ? { rules: [...before.rules, rule], user: after.user } : before;
    },
    { rules: [], user },
  );
}
