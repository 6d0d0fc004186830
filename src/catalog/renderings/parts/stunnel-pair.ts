/** Both ends of a tunnel for a server that has no TLS of its own (Redis 5.0 and older). */
export interface StunnelWish {
  /** Absolute folder of the certificates at the server's end: `ca.crt server.crt server.key`. */
  readonly folder: string;
  /** Where the server's end listens for TLS. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The server itself, at loopback or a unix socket. */
  readonly server: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Name or address by which clients reach the server's end; one that its certificate is for. */
  readonly reachedAs: string;
  /** At every client's host: where its programs connect to, and where it keeps `ca.crt` and its own certificate. */
  readonly client: {
    readonly port: number;
    readonly folder: string;
    /** Name of its certificate, which the server's end demands. */
    readonly name: string;
  };
  /** Account to drop to, where stunnel is started as root. */
  readonly account?: string;
}

const endpoint = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** Four dotted numbers or colons: what a certificate names as an address, not as a host. */
const isAddress = (name: string): boolean =>
  name.includes(':') || /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(name);

/** A value ends with its line, so that no name may bring one of its own. */
const value = (text: string): string => text.replaceAll(/[\r\n\0]/g, '');

const print = (lines: readonly (readonly [name: string, text: string] | string)[]): string =>
  `${lines.map((line) => (typeof line === 'string' ? line : `${line[0]} = ${value(line[1])}`)).join('\n')}\n`;

/** The same at both ends. `pid` is empty: started in the foreground, by a unit of the service manager. */
const common = (account: string | undefined): readonly (readonly [string, string])[] => [
  ['foreground', 'yes'],
  ['pid', ''],
  ['syslog', 'no'],
  ['debug', 'notice'],
  ...(account === undefined
    ? []
    : ([
        ['setuid', account],
        ['setgid', account],
      ] as const)),
];

/** TCP keepalive: a tunnel whose other end vanished would hold its place among `maxclients`. */
const keepalive = [
  ['socket', 'l:SO_KEEPALIVE=1'],
  ['socket', 'r:SO_KEEPALIVE=1'],
] as const;

/**
 * A ready pair of stunnel 5 configurations. Each end verifies the other: the chain up to our authority, and at the
 * client's end the name too. TLS 1.2 and later only, no renegotiation. The server itself is to be bound to loopback.
 *
 * @example stunnelPair({ folder: '/etc/redis/tls', listen: { host: '10.0.0.5', port: 6380 },
 *   server: { host: '127.0.0.1', port: 6379 }, reachedAs: 'db.example',
 *   client: { port: 6379, folder: '/etc/stunnel/redis', name: 'app' } });
 */
export function stunnelPair(wish: StunnelWish): { readonly server: string; readonly client: string } {
  const { folder, listen, server, reachedAs, client, account } = wish;
  const verified = [
    ['verifyChain', 'yes'],
    ['sslVersionMin', 'TLSv1.2'],
    ['renegotiation', 'no'],
  ] as const;
  return {
    server: print([
      '; In front of the server, at its host. Bind the server to loopback: this is the only way in.',
      ...common(account),
      '',
      '[redis]',
      ['accept', endpoint(listen.host, listen.port)],
      ['connect', 'path' in server ? server.path : endpoint(server.host, server.port)],
      ['cert', `${folder}/server.crt`],
      ['key', `${folder}/server.key`],
      ['CAfile', `${folder}/ca.crt`],
      '; requireCert: verifyChain alone lets in who shows none.',
      ['requireCert', 'yes'],
      ...verified,
      ...keepalive,
    ]),
    client: print([
      `; At a client's host: its programs connect to 127.0.0.1:${client.port} as if that were the server.`,
      ...common(account),
      '',
      '[redis]',
      ['client', 'yes'],
      ['accept', endpoint('127.0.0.1', client.port)],
      ['connect', endpoint(reachedAs, listen.port)],
      ['cert', `${client.folder}/${client.name}.crt`],
      ['key', `${client.folder}/${client.name}.key`],
      ['CAfile', `${client.folder}/ca.crt`],
      [isAddress(reachedAs) ? 'checkIP' : 'checkHost', reachedAs],
      ...verified,
      ...keepalive,
    ]),
  };
}
