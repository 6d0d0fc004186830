import { connect as connectTcp, type Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import {
  createDecoder,
  encodeCommand,
  RowMemory,
  type Decoder,
  type Limits,
  type RespValue,
} from '../../lang/resp/index.ts';
import type { Question } from './read-only.ts';

export type Where =
  | {
      readonly host: string;
      readonly port: number;
      /** Further addresses of the same name, for when nobody answers at `host`. */
      readonly others?: readonly string[];
    }
  | { readonly path: string };

export interface TlsSettings {
  readonly ca?: readonly Buffer[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly passphrase?: string;
  readonly serverName?: string;
}

export interface ConnectionSettings {
  readonly where: Where;
  readonly tls?: TlsSettings;
  /** Milliseconds for the TCP and TLS handshakes together. */
  readonly connectTimeout: number;
  /** Milliseconds for all answers of one `ask`, however slowly they drip. */
  readonly replyTimeout: number;
  /** New names of renamed commands by their original name in capitals: `CONFIG` → `cfg-7f`. */
  readonly renames?: ReadonlyMap<string, string>;
  /** How text of answers is given: `latin1` keeps every byte, one character each. Absent: `utf8`. */
  readonly strings?: 'utf8' | 'latin1';
}

export type FailureKind =
  | 'refused'
  | 'unreachable'
  | 'timed-out'
  | 'closed'
  | 'reset'
  | 'tls'
  | 'certificate-wanted'
  | 'certificate-refused'
  | 'protocol'
  | 'limit';
export interface Failure {
  readonly failed: FailureKind;
  readonly detail: string;
}
export type Answer = { readonly value: RespValue } | Failure;
export const failed = (answer: Answer): answer is Failure => 'failed' in answer;

export interface SeenTls {
  readonly protocol: string;
  readonly cipher: string;
  readonly trusted: true | string;
  readonly certificate: Buffer | undefined;
}

export interface Connection {
  readonly tls: SeenTls | undefined;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  /** Bytes that were sent and received, for the record. */
  readonly traffic: { sent: number; received: number };
  /** One answer a question, in order; where the connection broke, the rest carry why. Never rejects. */
  ask(questions: readonly Question[]): Promise<readonly Answer[]>;
  /** AUTH, alone in its packet: several versions lose the answer of a failed one that follows another reply. */
  login(user: string | undefined, password: string): Promise<Answer>;
  /**
   * A command that may change the server, alone in its packet, for `adapters/apply` only: whoever looks asks
   * questions. Never rejects; after a failure it is not known whether it took effect.
   */
  tell(words: readonly (string | Uint8Array)[]): Promise<Answer>;
  close(): void;
}

// Bounds for one reply of a server that may be hostile: COMMAND of the newest servers is about 300 KB, CLIENT
// LIST of ten thousand clients 4 MB.
const limits: Partial<Limits> = {
  maxBytes: 64 << 20,
  maxBulk: 32 << 20,
  maxElements: 1 << 20,
  maxDepth: 32,
  maxLine: 64 << 10,
};

// A fleet runs few versions, and what each says of its commands is most of what is read.
const rows = new RowMemory();

// Alerts that a server sends about a client certificate; OpenSSL puts the name of the alert into the code.
const wantsCertificate = /alert.(certificate.required|handshake.failure)/i;
const refusesCertificate =
  /alert.(unknown.ca|bad.certificate|unsupported.certificate|certificate.(unknown|expired|revoked)|access.denied)/i;

function errorKind(code: string | undefined, message: string): FailureKind {
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  const words = `${code} ${message}`.replaceAll('_', ' ');
  if (refusesCertificate.test(words)) return 'certificate-refused';
  if (wantsCertificate.test(words)) return 'certificate-wanted';
  if (code?.startsWith('ERR_SSL') || code?.startsWith('ERR_TLS') || code === 'EPROTO') return 'tls';
  return 'unreachable';
}

const asFailure = (error: Error & { code?: string }): Failure => ({
  failed: errorKind(error.code, error.message),
  detail: error.code ?? error.message.slice(0, 200),
});

function seenTls(socket: TLSSocket): SeenTls {
  const peer = socket.getPeerCertificate(true) as PeerCertificate | undefined;
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher()?.name ?? 'unknown',
    trusted: socket.authorized ? true : String(socket.authorizationError ?? 'not trusted'),
    certificate: peer?.raw,
  };
}

/** Connects, with TLS where asked. The certificate is looked at, never insisted on: what is wrong with it is a finding. */
export async function connect(settings: ConnectionSettings): Promise<Connection | Failure> {
  const { where, tls, connectTimeout } = settings;
  // Loading TLS takes longer than a whole plain audit's questions.
  const connectTls = tls && (await import('node:tls')).connect;
  const address = 'path' in where ? { path: where.path } : { host: where.host, port: where.port };
  return new Promise((resolve) => {
    let socket: Socket;
    try {
      socket =
        tls && connectTls
          ? connectTls({
              ...address,
              rejectUnauthorized: false,
              minVersion: 'TLSv1',
              ...(tls.ca ? { ca: [...tls.ca] } : {}),
              ...(tls.cert ? { cert: tls.cert } : {}),
              ...(tls.key ? { key: tls.key } : {}),
              ...(tls.passphrase ? { passphrase: tls.passphrase } : {}),
              ...serverName(tls, where),
            })
          : connectTcp({ ...address, noDelay: true });
    } catch (error) {
      resolve(asFailure(error as Error));
      return;
    }
    const timer = setTimeout(() => {
      socket.destroy();
      resolve({
        failed: 'timed-out',
        detail: `no ${tls ? 'TLS handshake' : 'connection'} within ${connectTimeout} ms`,
      });
    }, connectTimeout);
    socket.once('error', (error) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(asFailure(error));
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve({ failed: 'closed', detail: 'closed while connecting' });
    });
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error').removeAllListeners('close');
      resolve(new Asking(socket, settings, tls ? seenTls(socket as TLSSocket) : undefined));
    });
  });
}

type Renames = NonNullable<ConnectionSettings['renames']>;
const none: Renames = new Map();
const packets = new WeakMap<readonly Question[], { readonly renames: Renames; readonly packet: Buffer }>();

/** Questions as they are sent. Most servers are asked the same ones. */
function packetOf(questions: readonly Question[], renames: Renames): Buffer {
  const had = packets.get(questions);
  if (had?.renames === renames) return had.packet;
  const commands = questions.map(({ name, args }) => {
    const [command = name, ...sub] = name.split(' ');
    return encodeCommand([renames.get(command) ?? command, ...sub, ...args]);
  });
  const packet = Buffer.concat(commands);
  packets.set(questions, { renames, packet });
  return packet;
}

// SNI must be a name; an address there is refused by Node.
const serverName = (tls: TlsSettings, where: Where): { servername?: string } => {
  const name = tls.serverName ?? ('host' in where ? where.host : undefined);
  return name && !/^[\d.]+$|:/.test(name) ? { servername: name } : {};
};

class Asking implements Connection {
  readonly tls: SeenTls | undefined;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  readonly traffic = { sent: 0, received: 0 };
  readonly #socket: Socket;
  readonly #settings: ConnectionSettings;
  readonly #decoder: Decoder;
  #broken: Failure | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, settings: ConnectionSettings, tls: SeenTls | undefined) {
    this.#socket = socket;
    this.#settings = settings;
    const { strings = 'utf8' } = settings;
    this.#decoder = createDecoder({ limits, strings, ...(strings === 'utf8' ? { rows } : {}) });
    this.tls = tls;
    this.remoteAddress = socket.remoteAddress;
    this.localAddress = socket.localAddress;
    socket.on('data', (chunk: Buffer) => {
      this.traffic.received += chunk.length;
      this.#decoder.push(chunk);
      this.#wake?.();
    });
    socket.on('error', (error) => this.#break(asFailure(error)));
    socket.on('close', () => this.#break({ failed: 'closed', detail: 'the server closed the connection' }));
  }

  ask(questions: readonly Question[]): Promise<readonly Answer[]> {
    return this.#exchange(packetOf(questions, this.#settings.renames ?? none), questions.length);
  }

  async login(user: string | undefined, password: string): Promise<Answer> {
    const auth = this.#settings.renames?.get('AUTH') ?? 'AUTH';
    const [answer] = await this.#exchange(
      encodeCommand(user === undefined ? [auth, password] : [auth, user, password]),
      1,
    );
    return answer ?? { failed: 'closed', detail: 'no answer to AUTH' };
  }

  async tell(words: readonly (string | Uint8Array)[]): Promise<Answer> {
    const [first = '', ...rest] = words;
    const command = typeof first === 'string' ? (this.#settings.renames?.get(first) ?? first) : first;
    const [answer] = await this.#exchange(encodeCommand([command, ...rest]), 1);
    return answer ?? { failed: 'closed', detail: 'no answer' };
  }

  close(): void {
    this.#socket.destroy();
  }

  #break(failure: Failure): void {
    // The first reason is the true one: a close follows every error.
    this.#broken ??= failure;
    this.#wake?.();
  }

  async #exchange(packet: Uint8Array, count: number): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    if (!this.#broken) {
      this.traffic.sent += packet.length;
      this.#socket.write(packet);
    }
    const deadline = setTimeout(
      () => this.#break({ failed: 'timed-out', detail: this.#late() }),
      this.#settings.replyTimeout,
    );
    while (answers.length < count) {
      const value = this.#decoder.next();
      if (value !== undefined) {
        // Pushes are out of band and answer nothing.
        if (!isPush(value)) answers.push({ value });
        continue;
      }
      const { error } = this.#decoder;
      if (error) this.#break({ failed: error.kind, detail: error.message });
      if (this.#broken) {
        answers.push(this.#broken);
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    clearTimeout(deadline);
    if (this.#broken) this.#socket.destroy();
    return answers;
  }

  #late(): string {
    const { bytes, waitingFor } = this.#decoder.pending;
    const within = `within ${this.#settings.replyTimeout} ms`;
    return bytes > 0
      ? `an answer began (${bytes} bytes) and did not end ${within}: waiting for ${waitingFor}`
      : `no answer ${within}`;
  }
}

const isPush = (value: RespValue): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'push';
