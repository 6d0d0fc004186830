/** A server that lets everybody in, with a file of its own that nobody else writes. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { ask, converse } from '../../live/support/ask.ts';
import type { MatrixServer } from '../../live/support/servers.ts';

export interface WeakServer {
  readonly running: RunningServer;
  readonly conf: string;
  readonly folder: string;
  readonly read: () => string;
  /** Everything that the plan touches, as the server and its file have it. */
  readonly state: (login?: readonly string[]) => Promise<string>;
  readonly close: () => Promise<void>;
}

export const weakConf = `# The sample, shortened.
maxclients 10000
# timeout 0
tcp-keepalive 300
`;

export async function weakServer(server: MatrixServer): Promise<WeakServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-rendering-'));
  const running = await server.start(['maxclients 10000'], { dir: folder });
  const conf = join(folder, 'redis.conf');
  writeFileSync(conf, weakConf);
  chmodSync(conf, 0o644);
  const read = (): string => readFileSync(conf, 'utf8');
  const state = async (login: readonly string[] = []): Promise<string> => {
    const words = await Promise.all(
      [
        ['ACL', 'LIST'],
        ['CONFIG', 'GET', 'maxclients'],
        ['CONFIG', 'GET', 'timeout'],
      ].map((command) =>
        login.length === 0
          ? ask({ port: running.port }, ...command)
          : askAs({ port: running.port }, login, command),
      ),
    );
    // `reset` of 7.0 prints a flag that was in force, unsaid, before.
    return JSON.stringify([words, read()]).replaceAll('sanitize-payload ', '');
  };
  const close = async (): Promise<void> => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { running, conf, folder, read, state, close };
}

export async function askAs(
  where: { readonly port: number },
  login: readonly string[],
  command: readonly string[],
): Promise<unknown> {
  const talk = await converse(where);
  try {
    await talk.ask('AUTH', ...login);
    return await talk.ask(...command);
  } finally {
    talk.end();
  }
}
