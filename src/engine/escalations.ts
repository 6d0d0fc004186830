/** How a user becomes another one, or all of them, with what they may do. */
import { isSecretNote, type Setting, type UserFacts } from '../model/index.ts';

export interface Escalation {
  /** Whose abilities are won: of the user default, or all that the server has. */
  readonly to: 'everything' | 'default';
  readonly by: string;
  /** `possible`: takes more than the server, such as a machine that it connects to. */
  readonly certainty: 'certain' | 'possible';
}

export interface EscalationContext {
  readonly settings: Readonly<Record<string, Setting>>;
  readonly users: readonly UserFacts[];
  /** Users and permissions exist at all. */
  readonly hasUsers: boolean;
  readonly cluster?: boolean;
}

/** `requirepass` as CONFIG GET shows it, in clear text, opens the user default only while it is that user's password. */
function showsPassword({ settings, users }: EscalationContext): boolean {
  const shown = settings.requirepass?.value;
  if (shown === undefined || !isSecretNote(shown) || shown.strength === 'empty') return false;
  const user = users.find(({ name }) => name === 'default');
  return user?.passwords.some(({ same }) => same === shown.same) ?? false;
}

/**
 * The roads up that these commands open. `ACL SETUSER` makes any user; a master's commands are run without asking
 * for permission, so REPLICAOF obeys a master of one's own; CONFIG SET and CONFIG GET know the password of default.
 */
export function escalationsOf(
  commands: ReadonlySet<string>,
  context: EscalationContext,
): readonly Escalation[] {
  if (!context.hasUsers) return [];
  const defaultIsOn = context.users.some(({ name, enabled }) => name === 'default' && enabled);
  const follows = ['replicaof', 'slaveof'].find((command) => commands.has(command));
  return [
    ...(commands.has('acl|setuser')
      ? [{ to: 'everything', by: 'acl|setuser', certainty: 'certain' } as const]
      : []),
    ...(commands.has('config|set') && defaultIsOn
      ? [{ to: 'default', by: 'config|set requirepass', certainty: 'certain' } as const]
      : []),
    ...(commands.has('config|get') && defaultIsOn && showsPassword(context)
      ? [{ to: 'default', by: 'config|get requirepass', certainty: 'certain' } as const]
      : []),
    ...(follows !== undefined && context.cluster !== true
      ? [{ to: 'everything', by: `${follows} a master that sends commands`, certainty: 'possible' } as const]
      : []),
  ];
}
