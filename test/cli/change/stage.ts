/** A server, a folder for what Keyward keeps, and the verbs on both: each a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningServer, StartOptions } from '../../../src/adapters/servers/index.ts';
import type { Entry, Plan } from '../../../src/model/index.ts';
import { converse } from '../../live/support/ask.ts';
import { matrixServer } from '../../live/support/servers.ts';
import { endAllIn } from '../../live/support/worlds.ts';
import { keyward, program, type How, type Ran } from '../keyward.ts';

export interface Stage {
  readonly server: RunningServer;
  readonly target: string;
  /** A path in the folder of this stage. */
  readonly at: (name: string) => string;
  readonly run: (args: readonly string[], how?: How) => Promise<Ran>;
  /** Starts it and does not wait. */
  readonly start: (args: readonly string[], how?: Pick<How, 'env'>) => Started;
  /** Makes a plan, and gives its file's path. */
  readonly plan: (...args: readonly string[]) => Promise<string>;
  /** Another plan of the same content. */
  readonly copyOf: (path: string, edit?: (plan: Plan) => object) => string;
  readonly applied: (path: string, ...args: readonly string[]) => Promise<Ran>;
  /** Everything that a plan may change, as it is now; with a login, where one is needed. */
  readonly look: (login?: readonly string[]) => Promise<string>;
  readonly journalOf: (id: string) => readonly Entry[];
  /** Locks, temporary files: what must be gone in the end. */
  readonly litter: () => readonly string[];
  readonly end: () => Promise<void>;
}

export interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Slower machines, and seven test files at once. */
const patience = 60_000;

export const weak = ['protected-mode no', '# a comment of the owner'];

export async function stageOf(
  name: string,
  conf: StartOptions['conf'] = weak,
  options: Pick<StartOptions, 'user' | 'dir'> = {},
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-change-'));
  const at = (file: string): string => join(folder, file);
  const env = { KEYWARD_STATE: at('state') };
  const server = await matrixServer(name).start(conf, options);
  const target = `redis://127.0.0.1:${server.port}`;
  let copies = 0;
  const run: Stage['run'] = (args, how = {}) =>
    keyward(args, { patience, ...how, env: { ...env, ...how.env } });
  const stage: Stage = {
    server,
    target,
    at,
    run,
    start: (args, how = {}) => {
      const [node = '', ...rest] = program;
      const child = spawn(node, [...rest, ...args], {
        env: { ...process.env, ...env, ...how.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
      const ended = new Promise<number | NodeJS.Signals>((resolve) => {
        child.once('exit', (code, signal) => resolve(signal ?? code ?? 0));
      });
      return { child, said: () => said, ended };
    },
    plan: async (...args) => {
      const path = at(`plan-${(copies += 1)}.json`);
      const { code, err } = await run(['plan', target, '--census', '0', '-o', path, ...args]);
      if (code !== 1) throw new Error(`no plan was made: ${err}`);
      return path;
    },
    copyOf: (path, edit = (plan) => plan) => {
      const plan = JSON.parse(readFileSync(path, 'utf8')) as Plan;
      const copy = at(`plan-${(copies += 1)}.json`);
      writeFileSync(copy, JSON.stringify(edit({ ...plan, id: `${plan.id.slice(0, -4)}${1000 + copies}` })));
      return copy;
    },
    applied: (path, ...args) => run(['apply', path, '--secrets', at('secrets.json'), ...args]),
    look: async (login) => {
      const talk = await converse({ port: server.port });
      try {
        if (login) await talk.ask('AUTH', ...login);
        const users = await talk.ask('ACL', 'LIST');
        const settings = pairsOf(await talk.ask('CONFIG', 'GET', '*'));
        const { mode, uid, gid } = statSync(server.configFile);
        return JSON.stringify(
          [users, settings, readFileSync(server.configFile, 'utf8'), mode, uid, gid],
          undefined,
          1,
        );
      } finally {
        talk.end();
      }
    },
    journalOf: (id) =>
      readFileSync(join(env.KEYWARD_STATE, 'journals', `${id}.jsonl`), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Entry),
    litter: () => [
      ...(existsSync(at('state/locks')) ? readdirSync(at('state/locks')) : []),
      ...[folder, server.dir, at('state/journals')]
        .filter((one) => existsSync(one))
        .flatMap((one) => readdirSync(one).filter((file) => file.startsWith('.keyward'))),
    ],
    end: async () => {
      endAllIn(server.dir);
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  mkdirSync(env.KEYWARD_STATE, { mode: 0o700 });
  return stage;
}

/** In the order of their names: a server prints them in another one after each start. */
const pairsOf = (reply: unknown): readonly string[] => {
  const words = Array.isArray(reply) ? reply.map(String) : [];
  return words.flatMap((word, index) => (index % 2 === 0 ? [`${word} ${words[index + 1]}`] : [])).toSorted();
};

export const idOf = (path: string): string => (JSON.parse(readFileSync(path, 'utf8')) as Plan).id;

/** The login of a user whom a plan made, from its secrets file. */
export function loginIn(path: string, user: string): readonly string[] {
  const { secrets } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly secrets: Readonly<Record<string, { readonly user: string; readonly password: string }>>;
  };
  const found = Object.values(secrets).find((one) => one.user === user);
  if (!found) throw new Error(`${path} has no ${user}`);
  return [user, found.password];
}

/** Tries until it holds. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const begun = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() - begun > patience) throw new Error(`in vain: ${what}`);
    await wait(50);
  }
}

/** Processes whose command line has all of these words. */
export const processesWith = (...words: readonly string[]): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        return words.every((word) => line.includes(word));
      } catch {
        return false;
      }
    })
    .map(Number);

/** The watchdogs of this stage: those whose environment has its state folder. */
export const watchdogsOf = (stage: Stage): readonly number[] =>
  processesWith(join(dirname(program.at(-1) ?? ''), 'watchdog')).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(stage.at('state'));
    } catch {
      return false;
    }
  });
