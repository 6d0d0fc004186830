import type { Ask } from '../../../adapters/census/index.ts';
import { logIn } from '../../../adapters/collect/log-in.ts';
import { reach } from '../../../adapters/collect/reach.ts';
import { tlsSettings } from '../../../adapters/collect/tls-settings.ts';
import { connect } from '../../../adapters/server/connection.ts';
import { greet } from '../../../adapters/server/greet.ts';
import type { Target } from '../../../model/index.ts';
import type { ReachOptions } from './options.ts';

/** A connection for read-only questions, logged in; `undefined` where there is none to be had. */
export async function askServer(
  target: Target,
  {
    login = {},
    tls = { insecure: false },
    timeout = 3000,
    renames = new Map(),
    allowPublic = false,
  }: ReachOptions,
): Promise<{ readonly ask: Ask; readonly close: () => void } | undefined> {
  if (target.kind !== 'tcp' && target.kind !== 'unix') return undefined;
  const where = await reach(target, allowPublic);
  if ('problem' in where) return undefined;
  const connection = await connect({
    where,
    ...(target.kind === 'tcp' && target.tls ? { tls: await tlsSettings(tls, target.host) } : {}),
    connectTimeout: timeout,
    replyTimeout: timeout,
    renames,
  });
  if ('failed' in connection) return undefined;
  const { door } = await greet(connection);
  const refused = await logIn(connection, door, { login, tls });
  if (refused !== undefined) {
    connection.close();
    return undefined;
  }
  return { ask: (questions) => connection.ask(questions), close: () => connection.close() };
}
