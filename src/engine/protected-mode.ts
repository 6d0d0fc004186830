import { branchAtLeast } from './branch.ts';
import type { Identity, Setting, UserFacts } from '../model/index.ts';

const valueOf = (settings: Readonly<Record<string, Setting>>, name: string): string | undefined => {
  const value = settings[name]?.value;
  return typeof value === 'string' ? value : undefined;
};

/**
 * Why this server turns away whoever does not come from loopback, or `undefined` where it does not.
 *
 * 3.2 to 6.2 and KeyDB: only with no `bind` line at all and a default user without password. From 7.0, and in all
 * Valkey: whenever the default user has the nopass flag, also when it is switched off. Source: networking.c of
 * 3.2.13, 5.0.14, 6.0.20, 6.2.16, 7.0.15 and 7.2.6; measured on 20 servers.
 */
export function protectedMode(
  identity: Identity,
  settings: Readonly<Record<string, Setting>>,
  users: readonly UserFacts[],
): string | undefined {
  if (valueOf(settings, 'protected-mode') !== 'yes') return undefined;
  const nopass = users.find(({ name }) => name === 'default')?.noPassword ?? false;
  if (!nopass) return undefined;
  if (identity.product === 'dragonfly' || identity.product === 'garnet' || identity.product === 'kvrocks')
    return undefined;
  if (looksAtBind(identity)) {
    const bind = settings.bind;
    const listed = bind && bind.from !== 'default' && valueOf(settings, 'bind') !== '';
    return listed ? undefined : 'protected mode: no bind line, and no password';
  }
  return 'protected mode: the default user has no password';
}

/** Whether an explicit `bind` line switches protected mode off. */
const looksAtBind = (identity: Identity): boolean =>
  identity.product === 'keydb' ||
  (identity.product !== 'valkey' && (isAssumed(identity) || !branchAtLeast(identity, '7.0')));

/** Nothing tells the version: then only what every version turns away is turned away. */
const isAssumed = ({ version, range }: Identity): boolean =>
  version === undefined && range?.from === undefined;

/** Why this server may turn strangers away, where that hangs on a version that nobody knows. */
export const maybeProtected = (
  identity: Identity,
  settings: Readonly<Record<string, Setting>>,
  users: readonly UserFacts[],
): string | undefined =>
  isAssumed(identity) && protectedMode(identity, settings, users) === undefined
    ? protectedMode({ ...identity, version: '7.0.0' }, settings, users)
    : undefined;
