import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answers } from '../../src/adapters/servers/answers.ts';
import { freePort } from '../../src/adapters/servers/index.ts';
import { startProcess } from '../../src/adapters/servers/process.ts';
import { servers } from '../servers.ts';

export interface HostedServer {
  readonly port: number;
  readonly version: string;
  /** What takes the place of `/` for whoever looks for `etc/redis/redis.conf`. */
  readonly host: string;
  readonly stop: () => Promise<void>;
}

interface Program {
  readonly argv: readonly string[];
  readonly version: string;
}

/** A server that runs under its own name, which is how lynis knows one: started directly, not through a loader. */
async function program(): Promise<Program> {
  for (const { path, version } of await servers('redis')) {
    if (path.endsWith('/redis-server')) return { argv: [path], version };
    const root = join(dirname(path), 'root');
    const own = join(root, 'usr/bin/redis-server');
    if (!existsSync(own)) continue;
    const folders = ['usr/lib', 'lib'].flatMap((name) => {
      const folder = join(root, name);
      const names = existsSync(folder) ? readdirSync(folder) : [];
      return names.filter((one) => one.endsWith('-linux-gnu')).map((one) => join(folder, one));
    });
    const argv = ['/usr/bin/env', `LD_LIBRARY_PATH=${folders.join(':')}`, own];
    const tried = await startProcess([...argv, '--version'], '/');
    await tried.whenEnded;
    if (tried.log().includes(`v=${version}`)) return { argv, version };
  }
  throw new Error('no redis-server here runs with the libraries of this host');
}

/** Starts it from `etc/redis/redis.conf` below a temporary folder; `lines` may use the folder for files of their own. */
export async function startHosted(
  lines: (etc: string) => readonly string[],
  mode: number,
  more: Readonly<Record<string, string>> = {},
): Promise<HostedServer> {
  const { argv, version } = await program();
  const host = mkdtempSync(join(tmpdir(), 'keyward-host-'));
  const etc = join(host, 'etc/redis');
  const data = join(host, 'data');
  mkdirSync(etc, { recursive: true });
  mkdirSync(data, { mode: 0o700 });
  for (const [name, text] of Object.entries(more)) writeFileSync(join(etc, name), text, { mode: 0o600 });
  const port = await freePort();
  const conf = join(etc, 'redis.conf');
  // Lynis takes a file for one of Redis when the name stands in it.
  const text = ['# Redis configuration', `port ${port}`, `dir ${data}`, 'save ""', ...lines(etc)];
  writeFileSync(conf, `${text.join('\n')}\n`, { mode });
  const child = await startProcess([...argv, conf], data);
  const stop = async (): Promise<void> => {
    child.kill();
    await child.whenEnded;
    rmSync(host, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 400 && !child.ended(); tries++) {
    if (await answers('127.0.0.1', port)) return { port, version, host, stop };
    await wait(10);
  }
  await stop();
  throw new Error(`the server did not start: ${child.log()}`);
}
