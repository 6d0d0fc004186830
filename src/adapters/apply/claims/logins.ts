import { randomBytes } from 'node:crypto';
import type { Who } from '../../../model/index.ts';
import type { Connection } from '../../server/connection.ts';
import { isOpenAnyway, keepsOut, logInAs, welcome } from '../entry.ts';
import { resolved, type Site } from '../site.ts';
import { broken, said, when, type Trying } from './saw.ts';

/** Why somebody did not get in; `away`: no server was there to refuse anybody. */
interface Refused {
  readonly refused: string;
  readonly away?: true;
}

/** A server that turns a stranger away may hang up before it has said why: that is no silence. */
const hangsUp = /: (?:closed|reset|tls|certificate-(?:wanted|refused))\b|ECONNRESET|EPIPE|closed while/;
const isSilent = /^(?:refused|unreachable|timed-out): /;

/** A new connection on which somebody has logged in, or why he was refused. */
export async function comeAs(who: Who, site: Site): Promise<Connection | Refused> {
  const { session, settings } = site;
  const connection = await session.enter();
  if (typeof connection === 'string')
    return hangsUp.test(connection)
      ? { refused: connection }
      : { refused: `no server answers: ${connection}`, away: true };
  const refuse = (refused: string): Refused => {
    connection.close();
    return { refused };
  };
  if (who.kind === 'user' || who.kind === 'wrong') {
    const password =
      who.kind === 'user' ? resolved(who.password, settings) : randomBytes(24).toString('base64url');
    const refused = await logInAs(
      connection,
      { name: who.user, user: who.user, password },
      settings.tls.insecure,
    );
    if (refused !== undefined && !isOpenAnyway(refused)) return refuse(refused);
  }
  const greeting = await welcome(connection);
  if (greeting === undefined || !keepsOut(greeting)) return connection;
  return { ...refuse(greeting), ...(isSilent.test(greeting) ? { away: true } : {}) };
}

export const login: Trying<'login'> = async ({ as, accepted }, site) => {
  if (as.kind === 'operator') {
    // A kept connection proves nothing: it was let in before.
    site.session.drop();
    await site.session.ask('PING');
    return when(accepted, 'let in');
  }
  const came = await comeAs(as, site);
  if ('refused' in came) {
    // Where nobody answers nobody is refused: a server that is down keeps no promise.
    if (came.away) return broken(said(came.refused));
    // Who finds no door was not refused: nothing is known of his password.
    if (!/^(NOAUTH|WRONGPASS|DENIED|NOPERM|ERR|closed|certificate)/.test(came.refused))
      return as.kind === 'nobody' && !accepted ? when(true, said(came.refused)) : broken(said(came.refused));
    return when(!accepted, said(came.refused));
  }
  came.close();
  return when(accepted, 'let in');
};
