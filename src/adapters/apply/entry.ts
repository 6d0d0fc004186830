import { reach } from '../collect/reach.ts';
import { connect, failed, type Connection, type Failure } from '../server/connection.ts';
import type { Credential } from './credentials.ts';
import type { Door } from './doors.ts';
import type { WorldSettings } from './settings.ts';
import { errorIn } from './words.ts';

/** By this name our connections are known to each other, and to whoever looks at CLIENT LIST. */
export const connectionName = 'keyward';

export type Entered = { readonly connection: Connection } | { readonly refused: string };

const noWay = 'nothing is sent there: a public address without --allow-public, or a socket of another host';

/** A connection through one door, nothing said yet. */
export async function knock(door: Door, settings: WorldSettings): Promise<Connection | Failure> {
  const { renames } = settings;
  const addresses =
    'path' in door.where
      ? [door.where]
      : [door.where, ...(door.where.others ?? []).map((host) => ({ ...door.where, host }))];
  let first: Failure | undefined;
  for (const address of addresses) {
    const { where, tls } = await seenFrom(address, door.tls, settings);
    if (where === undefined) return { failed: 'unreachable', detail: noWay };
    const connection = await connect({
      where,
      ...(tls ? { tls } : {}),
      connectTimeout: settings.timeout,
      replyTimeout: settings.timeout,
      strings: 'latin1',
      ...(renames ? { renames } : {}),
    });
    if (!('failed' in connection)) return connection;
    first ??= connection;
  }
  return first ?? { failed: 'unreachable', detail: 'no address' };
}

/** The way there from where the trial is made; the name that TLS asks for stays that of the server. */
async function seenFrom(
  where: Door['where'],
  tls: Door['tls'],
  { from, allowPublic = false }: WorldSettings,
): Promise<{ readonly where: Door['where'] | undefined; readonly tls: Door['tls'] }> {
  if (!from) return { where: await privately(where, allowPublic), tls };
  if ('path' in where) return { where: undefined, tls };
  return {
    where: { path: await from.to(where.host, where.port) },
    tls: tls && { ...tls, serverName: tls.serverName ?? where.host },
  };
}

/** Nothing is sent to a public address unasked, whichever way a plan names it. */
async function privately(where: Door['where'], allowPublic: boolean): Promise<Door['where'] | undefined> {
  if ('path' in where) return where;
  const found = await reach({ kind: 'tcp', host: where.host, port: where.port, tls: false }, allowPublic);
  return 'problem' in found ? undefined : found;
}

/** One login, tried once; the certificate is looked at before the password goes out. */
export async function logInAs(
  connection: Connection,
  { user, password }: Credential,
  insecure: boolean,
): Promise<string | undefined> {
  if (password === undefined) return undefined;
  if (connection.tls && connection.tls.trusted !== true && !insecure)
    return `the certificate is not trusted (${connection.tls.trusted}), so no password was sent`;
  // One word logs in as default in every version; before 6.0 it is the only way.
  const answer = await connection.login(user === 'default' ? undefined : user, password);
  if (failed(answer)) return `no answer to the login: ${answer.detail}`;
  return errorIn(answer.value)?.slice(0, 160);
}

/** What a PING says of a connection: nothing where we are let in, else why not. */
export async function welcome(connection: Connection): Promise<string | undefined> {
  const answer = await connection.tell(['PING']);
  if (failed(answer)) return `${answer.failed}: ${answer.detail}`;
  return errorIn(answer.value)?.slice(0, 160);
}

/** Whether an answer to PING tells that there is no way in without another login, or none at all. */
export const keepsOut = (error: string): boolean =>
  !/^(NOPERM|LOADING|BUSY|MASTERDOWN|ERR unknown command)/.test(error);

/** An open server without users refuses a password that it does not have: it lets in all the same. */
export const isOpenAnyway = (error: string): boolean =>
  /no password is set|without any password configured/.test(error);
