import type { Door } from '../../model/index.ts';
import { errorText } from '../collectors/define-live.ts';
import { failed, type Connection } from '../server/connection.ts';
import type { CollectSettings } from './settings.ts';

const isOpenWithoutUsers = (door: Door, error: string): boolean =>
  door === 'open' && /no password is set|without any password configured/.test(error);

/** Logs in where we can; `undefined` when all is well, else why not, in words. */
export async function logIn(
  connection: Connection,
  door: Door,
  { login, tls }: Pick<CollectSettings, 'login' | 'tls'>,
): Promise<string | undefined> {
  if (login.password === undefined) {
    if (login.user !== undefined)
      return `a login as ${login.user} needs a password: set REDISCLI_AUTH or give --password-file`;
    return door === 'login' ? 'a login is needed: set REDISCLI_AUTH or give --password-file' : undefined;
  }
  if (connection.tls && connection.tls.trusted !== true && !tls.insecure) {
    return `the certificate is not trusted (${connection.tls.trusted}), so no password was sent: give --tls-ca, or --insecure`;
  }
  // One word logs in as default in every version; before 6.0 it is the only way.
  const user = login.user === 'default' ? undefined : login.user;
  const answer = await connection.login(user, login.password);
  if (failed(answer)) return `the login got no answer: ${answer.detail}`;
  const error = errorText(answer.value);
  // An open server without ACLs refuses a password that it does not have: that is no obstacle, and a finding by itself.
  if (error === undefined || isOpenWithoutUsers(door, error)) return undefined;
  if (user !== undefined && /wrong number of arguments/.test(error))
    return 'the login was refused: this server has no users (they came with 6.0); leave the user out';
  return `the login was refused: ${error.slice(0, 160)}`;
}
