import { chmodSync, chownSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answers } from './answers.ts';
import { atEnd } from './cleanup.ts';
import { type Conf, type Place, configurationLines, lastValue } from './configuration.ts';
import { freePort } from './ports.ts';
import { type Account, type ServerProcess, startProcess } from './process.ts';

export interface StartOptions {
  /** The server program's path, as `findServers` gives it. */
  readonly binary: string;
  /**
   * Lines of the configuration file. `port`, `bind`, `dir`, `save` and `daemonize` are set when absent.
   * With `port 0` and no `tls-port` (a Unix socket), only the log tells that it is up.
   */
  readonly conf?: Conf;
  /** Further words of the command line, after the configuration file. */
  readonly args?: readonly string[];
  /** Start a Sentinel. */
  readonly sentinel?: boolean;
  /** Its directory; made below the system's temporary directory, mode 0700, when absent. Removed at stop. */
  readonly dir?: string;
  /** Run as this account (needs root). */
  readonly user?: Account;
  /** Words before the program, for instance `['ip', 'netns', 'exec', 'inside']`; then only its log tells that it is up. */
  readonly within?: readonly string[];
  /** Milliseconds until it must be up; 20 seconds when absent. */
  readonly patience?: number;
}

/** A server that runs until `stop`, or until this process ends. */
export interface RunningServer {
  readonly host: string;
  /** The plain port, 0 when `port 0` was asked for. */
  readonly port: number;
  /** The port given to `conf` as `tlsPort`; it listens only if a `tls-port` line uses it. */
  readonly tlsPort: number;
  readonly pid: number;
  readonly dir: string;
  /** The configuration file, as the server may have rewritten it. */
  readonly configFile: string;
  /** The last 64 KiB that it printed. */
  readonly log: () => string;
  /** Kills it and removes its directory. May be called twice. */
  readonly stop: () => Promise<void>;
}

const attempts = 5;
const isUp = /ready to accept connections|Sentinel ID is/i;
const portTaken = /address already in use|could not create server tcp listening socket/i;

/**
 * Starts a throw-away server and waits until it answers.
 *
 * Throws an Error with the end of its log when it does not come up. A port that somebody else took in
 * between is replaced by another, a few times.
 *
 * @example
 * const server = await startServer({ binary: '/usr/bin/redis-server', conf: ['requirepass sekret'] });
 * // … connect to server.host, server.port …
 * await server.stop();
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryToStart(options);
    if ('stop' in outcome) return outcome;
    if (attempt === attempts || !portTaken.test(outcome.log)) {
      throw new Error(`${options.binary} did not start: ${outcome.reason}\n${outcome.log.trimEnd()}`);
    }
  }
}

async function tryToStart(
  options: StartOptions,
): Promise<RunningServer | { readonly reason: string; readonly log: string }> {
  const { binary, conf = [], args = [], sentinel = false, user, within = [], patience = 20_000 } = options;
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'keyward-server-')));
  const place: Place = { dir, port: await freePort(), tlsPort: await freePort() };
  const lines = configurationLines(conf, place, sentinel);
  const configFile = join(dir, 'server.conf');
  writeFileSync(configFile, `${lines.join('\n')}\n`, { mode: 0o600 });
  chmodSync(dir, 0o700);
  if (user !== undefined) for (const path of [dir, configFile]) chownSync(path, user.uid, user.gid);
  const argv = [...within, binary, configFile, ...(sentinel ? ['--sentinel'] : []), ...args];
  const child = await startProcess(argv, dir, user);
  const forget = atEnd(() => {
    child.kill();
    rmSync(dir, { recursive: true, force: true });
  });
  const stop = async (): Promise<void> => {
    child.kill();
    await child.whenEnded;
    await rm(dir, { recursive: true, force: true });
    forget();
  };
  const host = lastValue(lines, 'bind')?.split(/\s+/)[0]?.replace(/^-/, '') ?? '127.0.0.1';
  const port = Number(lastValue(lines, 'port'));
  const reachable = /^(?:\*|0\.0\.0\.0|::\*?)$/.test(host) ? '127.0.0.1' : host;
  const running = {
    host: reachable,
    port,
    tlsPort: place.tlsPort,
    pid: child.pid,
    dir,
    configFile,
    log: child.log,
    stop,
  };
  const logsToFile = lastValue(lines, 'logfile') !== undefined || lastValue(lines, 'loglevel') !== undefined;
  const onlyLog = within.length > 0 || (port === 0 && lastValue(lines, 'tls-port') === undefined);
  if (await comesUp(running, child, !logsToFile, onlyLog, patience)) return running;
  const reason = child.ended() ? 'it ended' : `it gave no answer in ${patience} ms`;
  await stop();
  return { reason, log: child.log() };
}

// Its own log comes first: on a port that was taken, somebody else might answer the PING.
async function comesUp(
  { host, port, tlsPort }: RunningServer,
  child: ServerProcess,
  logTells: boolean,
  onlyLog: boolean,
  patience: number,
): Promise<boolean> {
  const deadline = performance.now() + patience;
  while (!child.ended() && performance.now() < deadline) {
    if (!logTells || isUp.test(child.log())) {
      if (onlyLog || (await answers(host, port === 0 ? tlsPort : port, port === 0))) return !child.ended();
    }
    await wait(5);
  }
  return false;
}
