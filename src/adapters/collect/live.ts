import { kindOf } from '../../lang/address/index.ts';
import { known, unknown, type Collected, type Target, type Unknown } from '../../model/index.ts';
import type { LiveContext } from '../collectors/define-live.ts';
import { liveCollectors, liveQuestions } from '../collectors/index.ts';
import {
  connect,
  failed,
  type Connection,
  type ConnectionSettings,
  type Failure,
  type TlsSettings,
  type Where,
} from '../server/connection.ts';
import { greet } from '../server/greet.ts';
import { certificateFacts } from '../tls/certificate.ts';
import { logIn } from './log-in.ts';
import { sayDoor, sayFailure } from './say-failure.ts';
import type { CollectSettings } from './settings.ts';
import { tlsSettings } from './tls-settings.ts';
import { createTurns } from './turns.ts';

export interface Live {
  readonly facts: Partial<Collected>;
  /** Why nothing could be asked, in words for a person; absent where something was answered. */
  readonly problem?: string;
  /** No password was given and one is needed: what the files of the host tell may be answer enough. */
  readonly lacksLogin?: boolean;
}

function endpointOf(
  where: Where,
  connection: Connection,
  clientCertificateWanted: boolean,
): Partial<Collected> {
  const { tls } = connection;
  const local =
    'path' in where ||
    kindOf(where.host) === 'loopback' ||
    connection.remoteAddress === connection.localAddress;
  const served = tls?.certificate ? certificateFacts(tls.certificate, 'served') : undefined;
  return {
    endpoint: known(
      {
        address: 'path' in where ? where.path : where.host,
        ...('port' in where ? { port: where.port } : {}),
        ...(tls
          ? {
              tls: {
                protocol: tls.protocol,
                cipher: tls.cipher,
                trusted: tls.trusted,
                clientCertificateWanted,
              },
            }
          : {}),
        local,
      },
      'the connection',
    ),
    ...(served ? { servedCertificate: known(served, 'the TLS handshake') } : {}),
  };
}

async function askAll(connection: Connection, context: LiveContext): Promise<Partial<Collected>> {
  const answers = await connection.ask(liveQuestions);
  const facts: Record<string, unknown> = {};
  let at = 0;
  for (const { fact, ask, otherwise, read } of liveCollectors) {
    const own = answers.slice(at, at + ask.length);
    at += ask.length;
    const first = await read(own, context);
    facts[fact] =
      first.known || otherwise === undefined || own.some((answer) => failed(answer))
        ? first
        : await read([...own, ...(await connection.ask(otherwise))], context);
  }
  return facts;
}

const allUnknown = (why: Unknown): Partial<Collected> =>
  Object.fromEntries(liveCollectors.map(({ fact }) => [fact, why]));

// Answers of one server are a few hundred kilobytes to read. Were all servers of a fleet asked at once, answers would
// lie about unread, and the last would seem to be late.
const inTurn = createTurns(16);

/** What is to be said once we are connected. */
async function converse(
  connection: Connection,
  where: Where,
  tls: TlsSettings | undefined,
  settings: CollectSettings,
  names: readonly string[],
): Promise<Live> {
  const { greeting, door, failure } = await greet(connection);
  const facts: Partial<Collected> = {
    ...endpointOf(where, connection, door === 'client-certificate'),
    door: known(door, 'the first answers'),
    greeting: known(greeting, 'answers before login'),
  };
  const obstacle = sayDoor(door, failure, tls);
  if (obstacle !== undefined) return { facts, problem: obstacle };
  if (door !== 'open' && door !== 'login') {
    const why = unknown('no-access', greeting.banner?.slice(1, 120) ?? door);
    return { facts: { ...facts, ...allUnknown(why) } };
  }
  const refused = await logIn(connection, door, settings);
  if (refused !== undefined) {
    const lacksLogin = settings.login.password === undefined;
    return {
      facts: { ...facts, ...allUnknown(unknown('no-access', refused)) },
      problem: refused,
      lacksLogin,
    };
  }
  const read = await inTurn(() => askAll(connection, { meter: settings.meter, names }));
  const wanted = read.config?.known && read.config.value['tls-auth-clients'] !== 'no';
  return { facts: { ...facts, ...endpointOf(where, connection, wanted === true), ...read } };
}

/** The first address of a name where somebody answers; what went wrong at the first of them where nobody does. */
async function connectToAny(
  where: Where,
  settings: Omit<ConnectionSettings, 'where'>,
): Promise<{ readonly connection: Connection | Failure; readonly at: Where }> {
  const first = await connect({ ...settings, where });
  if (!('failed' in first) || !('others' in where)) return { connection: first, at: where };
  for (const host of where.others ?? []) {
    const at = { host, port: where.port };
    const connection = await connect({ ...settings, where: at });
    if (!('failed' in connection)) return { connection, at };
  }
  return { connection: first, at: where };
}

/** Everything that a live server says. One connection, two or three packets, never a command that changes anything. */
export async function collectLive(
  target: Target & { kind: 'tcp' | 'unix' },
  where: Where,
  settings: CollectSettings,
  renames = settings.renames,
): Promise<Live> {
  let tls: TlsSettings | undefined;
  try {
    tls = target.kind === 'tcp' && target.tls ? await tlsSettings(settings.tls, target.host) : undefined;
  } catch (error) {
    return { facts: {}, problem: (error as Error).message };
  }
  const { connection, at } = await connectToAny(where, {
    ...(tls ? { tls } : {}),
    connectTimeout: settings.timeout,
    replyTimeout: settings.timeout,
    renames,
  });
  if ('failed' in connection) return { facts: {}, problem: sayFailure(connection, tls) };
  try {
    return await converse(connection, at, tls, settings, target.kind === 'tcp' ? [target.host] : []);
  } finally {
    connection.close();
  }
}
