/** Servers that answer wrongly on purpose. Each kind is one way in which a reader can be hurt. */
import { type Socket, createServer } from 'node:net';
import { close, listen } from './server.ts';

type Behaviour = (socket: Socket) => void;

/** Sends `piece` again and again, as fast as the reader takes it. */
const forever =
  (start: string, piece: string | Buffer): Behaviour =>
  (socket) => {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece, 'latin1');
    const flow = (): void => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.write(start);
    socket.on('drain', flow);
    flow();
  };

/** Waits for the first request, then does something. */
const whenAsked =
  (behaviour: Behaviour): Behaviour =>
  (socket) => {
    socket.once('data', () => {
      socket.on('data', () => undefined);
      behaviour(socket);
    });
  };

/** Answers every chunk of requests with the same bytes. */
const always =
  (bytes: string | Buffer): Behaviour =>
  (socket) => {
    socket.on('data', () => {
      socket.write(bytes);
    });
  };

const slowly =
  (text: string, milliseconds: number): Behaviour =>
  (socket) => {
    let at = 0;
    const timer = setInterval(() => {
      socket.write(text[at % text.length] ?? '');
      at += 1;
    }, milliseconds);
    socket.once('close', () => clearInterval(timer));
  };

const bulk = (body: string): string => `$${Buffer.byteLength(body)}\r\n${body}\r\n`;

// Control characters, terminal escapes, right-to-left marks, fields twice, numbers that are none, no end.
const lyingInfo = [
  '# Server',
  'redis_version:99.99.99\u001B[2J\u001B]0;owned\u0007',
  'redis_version:-1',
  'valkey_version:\u202E1.1.8',
  'redis_mode:standalone\u0000sentinel',
  'run_id:<script>alert(1)</script>',
  'os:=HYPERLINK("http://attacker.example")',
  'tcp_port:99999999999999999999',
  'uptime_in_seconds:NaN',
  'config_file:../../../../etc/shadow',
  'executable:$(reboot)`reboot`',
  ':value without a name',
  'name without a value',
  `long:${'A'.repeat(100_000)}`,
  '# Clients\rconnected_clients:1',
  'maxclients:1e308',
  'role:master\u009B31m\u0085next line',
].join('\r\n');

const behaviours = {
  /** A simple string that never ends. */
  'endless simple string': whenAsked(forever('+', 'A'.repeat(65_536))),
  'endless error': whenAsked(forever('-', 'ERR '.repeat(16_384))),
  /** Headers that promise more than any memory holds. */
  'gigantic array header': whenAsked((socket) => socket.write('*2147483647\r\n')),
  'gigantic map header': whenAsked((socket) => socket.write('%9223372036854775807\r\n')),
  'gigantic bulk header': whenAsked((socket) => socket.write('$536870912\r\nAAAA')),
  /** A bulk string whose body really comes. */
  'gigantic bulk': whenAsked(forever('$536870912\r\n', Buffer.alloc(65_536, 0x41))),
  /** Array elements without end, each of them well-formed. */
  'endless array': whenAsked(forever('*2147483647\r\n', ':1\r\n'.repeat(16_384))),
  'endless nested arrays': whenAsked(forever('', '*1\r\n'.repeat(16_384))),
  'endless attributes': whenAsked(forever('', '|1\r\n+a\r\n+b\r\n'.repeat(4096))),
  'endless pushes': whenAsked(forever('', '>2\r\n+message\r\n+x\r\n'.repeat(4096))),
  /** More replies than requests. */
  'endless replies': whenAsked(forever('', '+PONG\r\n'.repeat(8192))),
  /** One byte a second: it answers, and never ends. */
  'slow drip': whenAsked(slowly('+PONG', 1000)),
  'slow drip of replies': whenAsked(slowly('+OK\r\n', 1000)),
  'drop in the middle': whenAsked((socket) => socket.end('$100\r\nonly the begin')),
  'drop after the header': whenAsked((socket) => socket.end('*3\r\n')),
  /** Accepts, reads, says nothing. */
  silent: (socket) => socket.on('data', () => undefined),
  /** Accepts and never reads. */
  deaf: (socket) => socket.pause(),
  'reset on connect': (socket) => socket.resetAndDestroy(),
  'reset when asked': whenAsked((socket) => socket.resetAndDestroy()),
  'close on connect': (socket) => socket.end(),
  http: always('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
  ssh: (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'),
  /** Alert: fatal, protocol_version. */
  'tls alert': always(Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46])),
  mysql: (socket) => socket.write(Buffer.from('4a0000000a382e302e33300008000000', 'hex')),
  /** Bytes that begin no reply, from NUL to 0xff. */
  'random bytes': (socket) =>
    socket.write(Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) % 256))),
  'lying INFO': always(bulk(lyingInfo)),
  'wrong bulk length': always('$3\r\nlonger than three\r\n'),
  'negative lengths': always('*-2\r\n$-5\r\n'),
  'hostile error text': always('-ERR \u001B[31mred\u001B[0m \u0007\u202E \u0000 %s%n `id` <b>\r\n'),
  'banner flood': forever('', 'Welcome! '.repeat(8192)),
  /** Says PONG before anything was asked. */
  'answers before the question': (socket) => socket.write('+PONG\r\n+PONG\r\n'),
} satisfies Readonly<Record<string, Behaviour>>;

export type HostileKind = keyof typeof behaviours;

export const hostileKinds = Object.keys(behaviours) as readonly HostileKind[];

export interface HostileServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Bytes that clients took or that wait in this machine's buffers for them. */
  readonly sentBytes: () => number;
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server of one kind on a free loopback port.
 *
 * @example
 * const server = await hostileServer('endless simple string');
 * // … a client must give up within its limits …
 * await server.stop();
 */
export async function hostileServer(kind: HostileKind): Promise<HostileServer> {
  const behaviour: Behaviour = behaviours[kind];
  const sockets = new Set<Socket>();
  let sent = 0;
  let connections = 0;
  const server = createServer({ pauseOnConnect: false }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      sent += socket.bytesWritten;
      sockets.delete(socket);
    });
    behaviour(socket);
  });
  return {
    host: '127.0.0.1',
    port: await listen(server),
    sentBytes: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, sent),
    connections: () => connections,
    stop: () => close(server, sockets),
  };
}
