import { join } from 'node:path';
import { startServer, type RunningServer } from '../../adapters/servers/index.ts';

export interface WeakServer {
  readonly server: RunningServer;
  readonly target: string;
  /** Where an application connects. */
  readonly address: { readonly path: string } | { readonly host: string; readonly port: number };
}

/** Where it lives. */
export interface Whereabouts {
  /** Words before its program that give it a network of its own, which we are not in. */
  readonly within?: readonly string[];
  /** Its folder and port, where we are in a network of its own. */
  readonly alone?: { readonly dir: string; readonly port: number };
}

/** As found on the Internet by the hundred thousand: every address, no password, all protections off. */
export async function weakServer(binary: string, { within, alone }: Whereabouts = {}): Promise<WeakServer> {
  const server = await startServer({
    binary,
    ...(within ? { within } : {}),
    ...(alone ? { dir: alone.dir } : {}),
    conf: ({ dir }) => [
      `bind ${within || alone ? '0.0.0.0 ::' : '127.0.0.1'}`,
      ...(alone ? [`port ${alone.port}`] : []),
      'protected-mode no',
      'enable-protected-configs yes',
      'enable-debug-command yes',
      'enable-module-command yes',
      `unixsocket ${join(dir, 'redis.sock')}`,
      'unixsocketperm 777',
    ],
  });
  // From outside its network only the socket leads in.
  const path = join(server.dir, 'redis.sock');
  return within
    ? { server, target: `unix://${path}`, address: { path } }
    : {
        server,
        target: `redis://127.0.0.1:${server.port}`,
        address: { host: '127.0.0.1', port: server.port },
      };
}
