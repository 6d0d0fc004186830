import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  /**
   * Its directory, left as it is at stop, so that another start can go on in it. When absent, one is made below
   * the system's temporary directory, mode 0700, and removed at stop.
   */
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
  /** Kills it and removes the directory that was made for it. May be called twice. */
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

type Failure = { readonly reason: string; readonly log: string };

async function tryToStart(options: StartOptions): Promise<RunningServer | Failure> {
  const { patience = 20_000 } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'keyward-server-'));
  let child: ServerProcess | undefined;
  const remove = (): void => {
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  };
  const forget = atEnd(() => {
    child?.kill();
    remove();
  });
  const stop = async (): Promise<void> => {
    child?.kill();
    await child?.whenEnded;
    remove();
    forget();
  };
  try {
    const place: Place = { dir, port: await freePort(), tlsPort: await freePort() };
    const lines = configurationLines(options.conf ?? [], place, options.sentinel ?? false);
    const configFile = join(dir, 'server.conf');
    child = await launch(options, lines, configFile, dir);
    const { pid, log } = child;
    const server = { ...address(lines), tlsPort: place.tlsPort, pid, dir, configFile, log, stop };
    if (await comesUp(server, child, signsOf(options, lines), patience)) return server;
    const reason = child.ended() ? 'it ended' : `it gave no answer in ${patience} ms`;
    await stop();
    return { reason, log: log() };
  } catch (error) {
    await stop();
    throw error;
  }
}

function launch(
  options: StartOptions,
  lines: readonly string[],
  configFile: string,
  dir: string,
): Promise<ServerProcess> {
  const { binary, args = [], sentinel = false, user, within = [] } = options;
  writeFileSync(configFile, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (user !== undefined) for (const path of [dir, configFile]) chownSync(path, user.uid, user.gid);
  const argv = [...within, binary, configFile, ...(sentinel ? ['--sentinel'] : []), ...args];
  return startProcess(argv, dir, user);
}

function address(lines: readonly string[]): { readonly host: string; readonly port: number } {
  const [first = '127.0.0.1'] = lastValue(lines, 'bind')?.split(/\s+/) ?? [];
  const host = first.replace(/^-/, '');
  return {
    host: /^(?:\*|0\.0\.0\.0|::\*?)$/.test(host) ? '127.0.0.1' : host,
    port: Number(lastValue(lines, 'port')),
  };
}

/** What can tell that it is up: its log, an answer, or both. */
interface Signs {
  readonly log: boolean;
  readonly answer: boolean;
}

function signsOf({ within = [] }: StartOptions, lines: readonly string[]): Signs {
  const has = (name: string): boolean => lastValue(lines, name) !== undefined;
  const listens = lastValue(lines, 'port') !== '0' || has('tls-port');
  return { log: !has('logfile') && !has('loglevel'), answer: within.length === 0 && listens };
}

// Its own log comes first: on a port that was taken, somebody else might answer the PING.
async function comesUp(
  { host, port, tlsPort }: RunningServer,
  child: ServerProcess,
  signs: Signs,
  patience: number,
): Promise<boolean> {
  const deadline = performance.now() + patience;
  while (!child.ended() && performance.now() < deadline) {
    const said = !signs.log || isUp.test(child.log());
    if (said && (!signs.answer || (await answers(host, port === 0 ? tlsPort : port, port === 0)))) {
      return !child.ended();
    }
    await wait(5);
  }
  return false;
}
