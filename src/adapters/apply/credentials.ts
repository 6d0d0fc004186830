import type { Login } from '../collect/settings.ts';
import type { WorldSettings } from './settings.ts';

/** A way to be let in: with a password that was given or made by the plan, or with none. */
export interface Credential {
  readonly name: string;
  readonly user?: string;
  readonly password?: string;
}

const own = ({ user, password }: Login): Credential =>
  password === undefined
    ? { name: 'without a login' }
    : { name: `as ${user ?? 'default'}`, ...(user ? { user } : {}), password };

/**
 * Who we may come as, in the order in which it is tried: as the operator said; as that same user with the password
 * that the plan gave him; as an administrator whom the plan made; as nobody. Nothing is guessed: there is no password
 * here that was not given or made.
 */
export function credentialsOf(
  settings: Pick<WorldSettings, 'login' | 'secrets' | 'administrators'>,
): readonly Credential[] {
  const { login, secrets, administrators = [] } = settings;
  const planned = (wanted: (id: string, user: string) => boolean): readonly Credential[] =>
    [...secrets]
      .filter(([id, { user }]) => wanted(id, user))
      .map(([, { user, password }]) => ({ name: `as ${user}`, user, password }));
  const administrates = (id: string): boolean => id.startsWith('user:admin') || administrators.includes(id);
  const all = [
    own(login),
    ...planned((id, user) => !administrates(id) && user === (login.user ?? 'default')),
    ...planned(administrates),
    { name: 'without a login' },
  ];
  const seen = new Set<string>();
  return all.filter(({ user = 'default', password }) => {
    const key = password === undefined ? '' : `${user} ${password}`;
    return !seen.has(key) && seen.add(key);
  });
}
