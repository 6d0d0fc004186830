/**
 * Closing an open server: `keyward apply`, from the start of its process until all is proved and confirmed, beside the
 * commands of redis-cli for the same end state, which prove nothing and take nothing back. Where the plan starts the
 * server anew, what counts is the time over that of such a start by itself.
 */
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type RunningServer, type ServerBinary } from '../src/adapters/servers/index.ts';
import type { Plan } from '../src/model/index.ts';
import { builtCli } from './built.ts';
import type { Row } from './row.ts';
import { runChild } from './run-child.ts';
import { redisCli, servers, shellWords } from './servers.ts';
import { median, spread } from './statistics.ts';

const rounds = 3;
const allowed = 1000;

interface Tools {
  readonly keyward: string;
  /** For a shell. */
  readonly cli: string;
}

/** Runs it; what it takes, in milliseconds. @throws where it ends otherwise than by one of these codes */
function timed(what: string, argv: readonly string[], codes: readonly number[] = [0]): number {
  const { milliseconds, code } = runChild(argv);
  if (code === null || !codes.includes(code)) throw new Error(`${what} ended with ${code}`);
  return milliseconds;
}

const targetOf = ({ port }: RunningServer): string => `redis://127.0.0.1:${port}`;

/** A plan is made beforehand: a person looks at it in between. */
function applied(
  server: RunningServer,
  { keyward }: Tools,
  wishes: readonly string[],
  restarts: boolean,
): number {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-'));
  try {
    const run = ['/usr/bin/env', `KEYWARD_STATE=${join(folder, 'state')}`, process.execPath, keyward];
    const plan = join(folder, 'plan.json');
    timed('keyward plan', [...run, 'plan', targetOf(server), '--census', '0', '-o', plan, ...wishes], [0, 1]);
    // A figure for a start that never was would be a fine one.
    const { steps } = JSON.parse(readFileSync(plan, 'utf8')) as Plan;
    if (steps.some(({ does }) => does.some(({ do: what }) => what === 'restart')) !== restarts)
      throw new Error(
        `the plan has ${restarts ? 'no' : 'a'} restart: ${steps.map(({ kind }) => kind).join(', ')}`,
      );
    return timed('keyward apply', [...run, 'apply', plan, '--confirm-within', '0']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const major = ({ version }: ServerBinary): number => Number(version.split('.', 1)[0]);

function byHand(server: RunningServer, binary: ServerBinary, { cli }: Tools): number {
  const say = (words: string): string => `${cli} -p ${server.port} ${words} && `;
  // Once default is closed, whoever saves logs in.
  const as = `--no-auth-warning ${major(binary) < 6 ? '' : '--user admin '}-a secret`;
  const channels = binary.product === 'valkey' || major(binary) > 6 ? "'&*' " : '';
  const commands =
    major(binary) < 6
      ? say('CONFIG SET requirepass secret')
      : say(`ACL SETUSER admin reset on '>secret' '~*' ${channels}+@all`) +
        say(`ACL SETUSER app reset on '>secret' '~*' ${channels}+@all -@admin -@dangerous +info`) +
        say('ACL SETUSER default resetpass off');
  return timed('redis-cli', ['/bin/sh', '-c', `${commands}${say(`${as} CONFIG REWRITE`)}:`]);
}

/** Stopped, started, and answering again. */
const restarted = (
  { port, configFile, dir }: RunningServer,
  { path }: ServerBinary,
  { cli }: Tools,
): number =>
  timed('a restart', [
    '/bin/sh',
    '-c',
    `cd '${dir}' && ${cli} -p ${port} SHUTDOWN && '${path}' '${configFile}' --daemonize yes && ` +
      `until ${cli} -p ${port} PING | grep -q PONG; do sleep 0.01; done`,
  ]);

/** A server that was started anew is no child of ours: it is known by its folder. */
function endAllIn(folder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) === folder) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Gone, or another user's.
    }
  }
}

/** What makes a server such that its plan has to start it anew; none is known for 6.0. */
function needsRestart(binary: ServerBinary): readonly string[] | undefined {
  if (binary.product === 'redis' && major(binary) === 6) return undefined;
  return major(binary) < 6 ? [] : ['enable-debug-command yes', 'enable-module-command yes'];
}

/** The same several times, each on a server that is open as it was installed; the first only warms up. */
async function samples(
  binary: ServerBinary,
  measure: (server: RunningServer) => number,
  conf: readonly string[] = [],
): Promise<readonly number[]> {
  const found: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const server = await startServer({ binary: binary.path, conf });
    try {
      const milliseconds = measure(server);
      if (round >= 0) found.push(milliseconds);
    } finally {
      endAllIn(server.dir);
      await server.stop();
    }
  }
  return found;
}

export async function rows(): Promise<readonly Row[]> {
  const tools: Tools = { keyward: builtCli(), cli: shellWords(await redisCli()) };
  const table: Row[] = [];
  for (const binary of (await servers()).toReversed()) {
    const name = `${binary.product} ${binary.version}`;
    const live = await samples(binary, (server) => applied(server, tools, ['--policy', 'essential'], false));
    const hand = await samples(binary, (server) => byHand(server, binary, tools));
    table.push({
      what: `apply to ${name}, essential`,
      ours: spread(live),
      peer: `redis-cli by hand ${spread(hand)}`,
      ratio: `${(median(live) / median(hand)).toFixed(1)} × by hand`,
      target: { words: `≤ ${allowed} ms, no restart in it`, met: median(live) <= allowed },
    });
    const conf = needsRestart(binary);
    if (conf === undefined) continue;
    const restart = await samples(binary, (server) => restarted(server, binary, tools), conf);
    const wishes = ['--policy', 'recommended', '--restart', '--set', 'maxmemory=64mb'];
    const anew = await samples(binary, (server) => applied(server, tools, wishes, true), conf);
    const over = median(anew) - median(restart);
    table.push({
      what: `apply to ${name}, recommended, with a restart`,
      ours: spread(anew),
      peer: `its restart alone ${spread(restart)}`,
      ratio: `+${over.toFixed(0)} ms`,
      target: { words: `≤ ${allowed} ms over its restart`, met: over <= allowed },
    });
  }
  return table;
}
