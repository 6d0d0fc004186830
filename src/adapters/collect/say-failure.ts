import type { Door } from '../../model/index.ts';
import type { Failure, TlsSettings } from '../server/connection.ts';

/** Words for a person, with what to do. */
export function sayFailure({ failed: kind, detail }: Failure, tls: TlsSettings | undefined): string {
  switch (kind) {
    case 'refused':
      return detail === 'ENOENT' ? 'there is no such socket' : 'nothing listens there (connection refused)';
    case 'timed-out':
      return `${detail}${tls ? '; a plain port never finishes a TLS handshake: try redis://' : '; a firewall may drop what is sent there'}`;
    case 'tls':
      return `the TLS handshake failed (${detail}); if the port is plain, use redis://`;
    case 'certificate-wanted':
      return tls?.cert
        ? `the TLS handshake was refused (${detail})`
        : 'the server wants a client certificate: give --tls-cert and --tls-key';
    case 'certificate-refused':
      return `the server does not accept this client certificate (${detail}): give one that its tls-ca-cert-file trusts`;
    case 'reset':
    case 'closed':
      return `the connection was closed without an answer (${detail})`;
    case 'protocol':
    case 'limit':
      return `what answers there is no Redis: ${detail}`;
    case 'unreachable':
      return detail === 'EACCES' || detail === 'EPERM'
        ? `permission denied (${detail}): run as a user who may open it`
        : `no way there (${detail})`;
  }
}

const doorWords: Partial<Record<Door, string>> = {
  'tls-only': 'the connection is reset as a TLS port does with plain bytes: try rediss://',
  'client-certificate': 'the server wants a client certificate: give --tls-cert and --tls-key',
  silent: 'it accepts the connection and says nothing',
  foreign: 'what answers there does not speak the Redis protocol',
};

/** Why nothing can be asked behind this door; `undefined` where something can. */
export function sayDoor(
  door: Door,
  failure: Failure | undefined,
  tls: TlsSettings | undefined,
): string | undefined {
  if (door === 'client-certificate' && failure) return sayFailure(failure, tls);
  // A TLS port that closes what has finished the handshake is no plain port: it is full, or on its way down.
  if (door === 'tls-only' && tls) return 'the server closed the connection without a word: it may be full';
  const words = doorWords[door];
  return words && failure ? `${words} (${failure.detail})` : words;
}
