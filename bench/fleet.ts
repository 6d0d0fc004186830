/**
 * A thousand servers in one audit, beside redis-cli asking them for the same facts, eight at a time: the fast way,
 * one process a server with the commands on its standard input, and the common way, one process a command.
 *
 * They are real: some sixty processes of the versions that are here, each bound to sixteen addresses of 127.0.0.0/8
 * (as many as a server takes), so every target is an address and a port of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type RunningServer } from '../src/adapters/servers/index.ts';
import { builtCli } from './built.ts';
import { indicatorKeys } from '../src/catalog/indicators/keys.ts';
import type { Row } from './row.ts';
import { peakMegabytes, runChild } from './run-child.ts';
import { redisCli, servers, shellWords } from './servers.ts';
import { median, spread } from './statistics.ts';

const targets = 1000;
const addressesEach = 16;
const rounds = 3;
const wanted = 10;
const allowedMegabytes = 500;

/** What an audit asks, as one would type it; only the names of keys are asked for together. */
const questions = [
  'INFO all',
  'ACL WHOAMI',
  'CONFIG GET *',
  'ACL LIST',
  'ACL LOG 128',
  'COMMAND',
  'MODULE LIST',
  'CLIENT LIST',
  'CLUSTER NODES',
  'SENTINEL MASTERS',
  'FUNCTION LIST WITHCODE',
  `EXISTS ${indicatorKeys.join(' ')}`,
];

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where the n-th server listens. */
const addresses = (n: number): readonly string[] =>
  Array.from({ length: addressesEach }, (_, i) => `127.77.${n + 1}.${i + 1}`);

async function startFleet(running: RunningServer[]): Promise<readonly Place[]> {
  const kinds = (await servers()).filter(({ version }) => Number.parseInt(version, 10) >= 7);
  if (kinds.length === 0) throw new Error('no server of version 7 or newer is here');
  const count = Math.ceil(targets / addressesEach);
  const places: Place[] = [];
  for (let n = 0; n < count; n++) {
    const binary = kinds[n % kinds.length]?.path ?? '';
    const server = await startServer({ binary, conf: [`bind ${addresses(n).join(' ')}`] });
    running.push(server);
    places.push(...addresses(n).map((host) => ({ host, port: server.port })));
  }
  return places.slice(0, targets);
}

/** `xargs -P8` over all places; `$0` and `$1` are the host and the port in `script`. */
function eightAtATime(places: readonly Place[], script: string): number {
  const input = places.map(({ host, port }) => `${host} ${port}\n`).join('');
  const { milliseconds, code } = runChild(['xargs', '-P8', '-n2', 'sh', '-c', script], input);
  if (code !== 0) throw new Error(`redis-cli by xargs ended with ${code}`);
  return milliseconds;
}

export async function rows(): Promise<readonly Row[]> {
  const keyward = builtCli();
  const cli = shellWords(await redisCli());
  const folder = mkdtempSync(join(tmpdir(), 'keyward-fleet-'));
  const running: RunningServer[] = [];
  try {
    const places = await startFleet(running);
    const asked = join(folder, 'questions');
    writeFileSync(asked, `${questions.join('\n')}\n`);
    const urls = places.map(({ host, port }) => `redis://${host}:${port}`);
    const report = join(folder, 'report.json');
    const audit = [
      process.execPath,
      keyward,
      'audit',
      '--no-host',
      '--format',
      'json',
      '-o',
      report,
      ...urls,
    ];
    const quoted = questions.map((question) => `'${question.replaceAll(' ', "' '")}'`);
    const fastScript = `exec ${cli} -h "$0" -p "$1" <'${asked}' >'${folder}'/"$0"`;
    const commonScript = `{ ${quoted.map((words) => `${cli} -h "$0" -p "$1" ${words}`).join('; ')}; } >'${folder}'/"$0"`;
    const ours: number[] = [];
    const fast: number[] = [];
    const common: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const { milliseconds, code } = runChild(audit);
      if (code !== 0 && code !== 1) throw new Error(`the audit ended with ${code}`);
      ours.push(milliseconds);
      fast.push(eightAtATime(places, fastScript));
      // Eight thousand processes: once tells enough.
      if (round === 0) common.push(eightAtATime(places, commonScript));
    }
    const what = `audit of ${targets} servers`;
    const against = (peer: readonly number[], name: string, way: string): Row => {
      const times = median(peer) / median(ours);
      return {
        what: `${what}, against ${way}`,
        ours: spread(ours),
        peer: `${name} ${spread(peer)}`,
        ratio: `${times.toFixed(1)} × as fast`,
        target: { words: `≥ ${wanted} × as fast`, met: times >= wanted },
      };
    };
    const table: Row[] = [
      against(common, 'xargs -P8 redis-cli', 'one redis-cli a command'),
      against(fast, 'xargs -P8 redis-cli < commands', 'one redis-cli a server'),
    ];
    const [all, few] = [peakMegabytes(audit), peakMegabytes(audit.slice(0, -0.9 * targets))];
    if (all !== undefined && few !== undefined)
      table.push({
        what: `${what}: memory`,
        ours: `${all.toFixed(0)} MB`,
        peer: `of ${targets / 10} servers ${few.toFixed(0)} MB`,
        ratio: `${(((all - few) / (targets * 0.9)) * 1024).toFixed(0)} KB a server`,
        target: { words: `< ${allowedMegabytes} MB`, met: all < allowedMegabytes },
      });
    return table;
  } finally {
    await Promise.all(running.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}
