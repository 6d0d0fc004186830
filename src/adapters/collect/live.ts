import { readFileSync } from 'node:fs';
import { kindOf } from '../../lang/address/index.ts';
import { known, unknown, type Collected, type Door, type Target } from '../../model/index.ts';
import { errorText, type LiveContext } from '../collectors/define-live.ts';
import { liveCollectors } from '../collectors/index.ts';
import {
  connect,
  failed,
  type Answer,
  type Connection,
  type Failure,
  type TlsSettings,
  type Where,
} from '../server/connection.ts';
import { greet } from '../server/greet.ts';
import { certificateFacts } from '../tls/certificate.ts';
import type { CollectSettings, TlsFiles } from './settings.ts';

export interface Live {
  readonly facts: Partial<Collected>;
  /** Why nothing could be asked, in words for a person; absent where something was answered. */
  readonly problem?: string;
}

const tlsSettings = ({ ca, cert, key, serverName }: TlsFiles): TlsSettings => ({
  ...(ca ? { ca: [readFileSync(ca)] } : {}),
  ...(cert ? { cert: readFileSync(cert) } : {}),
  ...(key ? { key: readFileSync(key) } : {}),
  ...(serverName ? { serverName } : {}),
});

/** Words for a person, with what to do. */
function sayFailure({ failed: kind, detail }: Failure, tls: boolean): string {
  switch (kind) {
    case 'refused':
      return 'nothing listens there (connection refused)';
    case 'timed-out':
      return `${detail}${tls ? '; a plain port never finishes a TLS handshake: try redis://' : '; a firewall may drop what is sent there'}`;
    case 'tls':
      return `the TLS handshake failed (${detail}); if the port is plain, use redis://`;
    case 'certificate-wanted':
      return 'the server wants a client certificate: give --tls-cert and --tls-key';
    case 'reset':
    case 'closed':
      return `the connection was closed without an answer (${detail})`;
    case 'protocol':
    case 'limit':
      return `what answers there is no Redis: ${detail}`;
    case 'unreachable':
      return `no way there (${detail})`;
  }
}

const doorWords: Partial<Record<Door, string>> = {
  'tls-only': 'the connection is reset as a TLS port does with plain bytes: try rediss://',
  'client-certificate': 'the server wants a client certificate: give --tls-cert and --tls-key',
  silent: 'it accepts the connection and says nothing',
  foreign: 'what answers there does not speak the Redis protocol',
};

function endpointOf(where: Where, connection: Connection): Partial<Collected> {
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
                clientCertificateWanted: false,
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

async function readAll(answers: readonly Answer[], context: LiveContext): Promise<Partial<Collected>> {
  const facts: Record<string, unknown> = {};
  let at = 0;
  for (const collector of liveCollectors) {
    const own = answers.slice(at, at + collector.ask.length);
    at += collector.ask.length;
    facts[collector.fact] = await collector.read(own, context);
  }
  return facts as Partial<Collected>;
}

/** Logs in where we can; `undefined` when all is well, else why not, in words. */
async function logIn(
  connection: Connection,
  door: Door,
  { login, tls }: CollectSettings,
): Promise<string | undefined> {
  if (login.password === undefined)
    return door === 'login' ? 'a login is needed: set REDISCLI_AUTH or give --password-file' : undefined;
  if (connection.tls && connection.tls.trusted !== true && !tls.insecure) {
    return `the certificate is not trusted (${connection.tls.trusted}), so no password was sent: give --tls-ca, or --insecure`;
  }
  const answer = await connection.login(login.user, login.password);
  if (failed(answer)) return `the login got no answer: ${answer.detail}`;
  const error = errorText(answer.value);
  // An open server without ACLs refuses a password that it does not have: that is no obstacle, and a finding by itself.
  if (
    error === undefined ||
    (door === 'open' && /no password is set|without any password configured/.test(error))
  )
    return undefined;
  return `the login was refused: ${error.slice(0, 160)}`;
}

/** Everything that a live server says. One connection, two or three packets, never a command that changes anything. */
export async function collectLive(
  target: Target & { kind: 'tcp' | 'unix' },
  where: Where,
  settings: CollectSettings,
  renames = settings.renames,
): Promise<Live> {
  const tls = target.kind === 'tcp' && target.tls;
  let tlsOptions: TlsSettings | undefined;
  try {
    tlsOptions = tls ? tlsSettings(settings.tls) : undefined;
  } catch (error) {
    return { facts: {}, problem: `a TLS file cannot be read: ${(error as Error).message}` };
  }
  const connection = await connect({
    where,
    ...(tlsOptions ? { tls: tlsOptions } : {}),
    connectTimeout: settings.timeout,
    replyTimeout: settings.timeout,
    renames,
  });
  if ('failed' in connection) return { facts: {}, problem: sayFailure(connection, tls) };
  try {
    const { greeting, door, failure } = await greet(connection);
    const facts: Partial<Collected> = {
      ...endpointOf(where, connection),
      door: known(door, 'the first answers'),
      greeting: known(greeting, 'answers before login'),
    };
    if (door !== 'open' && door !== 'login') {
      const words = doorWords[door];
      if (words) return { facts, problem: failure ? `${words} (${failure})` : words };
      const why = unknown('no-access', greeting.banner?.slice(1, 120) ?? door);
      return { facts: { ...facts, ...Object.fromEntries(liveCollectors.map(({ fact }) => [fact, why])) } };
    }
    const refused = await logIn(connection, door, settings);
    if (refused !== undefined) {
      const why = unknown('no-access', refused);
      return { facts: { ...facts, ...Object.fromEntries(liveCollectors.map(({ fact }) => [fact, why])) } };
    }
    const answers = await connection.ask(liveCollectors.flatMap(({ ask }) => ask));
    const names = target.kind === 'tcp' ? [target.host] : [];
    return { facts: { ...facts, ...(await readAll(answers, { meter: settings.meter, names })) } };
  } finally {
    connection.close();
  }
}
