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
  /** Its folder, which is left when it stops. */
  readonly dir: string;
  /** Words before its program that give it a network of its own, which we are not in. */
  readonly within?: readonly string[];
  /** Its port, where we are in a network of its own. */
  readonly alone?: number;
}

/** As found on the Internet by the hundred thousand: every address, no password, all protections off. */
export async function weakServer(binary: string, { dir, within, alone }: Whereabouts): Promise<WeakServer> {
  const path = join(dir, 'redis.sock');
  const server = await startServer({
    binary,
    dir,
    ...(within ? { within } : {}),
    conf: [
      `bind ${within || alone !== undefined ? '0.0.0.0 ::' : '127.0.0.1'}`,
      ...(alone === undefined ? [] : [`port ${alone}`]),
      'protected-mode no',
      'enable-protected-configs yes',
      'enable-debug-command yes',
      'enable-module-command yes',
      `unixsocket ${path}`,
      'unixsocketperm 777',
    ],
  });
  // From outside its network only the socket leads in.
  return within
    ? { server, target: `unix://${path}`, address: { path } }
    : {
        server,
        target: `redis://127.0.0.1:${server.port}`,
        address: { host: '127.0.0.1', port: server.port },
      };
}
