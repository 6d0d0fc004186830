import { readFileSync } from 'node:fs';
import type { NetConnectOpts } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { RespValue } from '../../lang/resp/index.ts';
import { connected, isError, type Line } from './line.ts';

/** What became of the requests of the live application. */
export interface Served {
  readonly requests: number;
  /** Requests that got an error, or no answer at all. */
  readonly lost: number;
  /** The first few of them, in words. */
  readonly errors: readonly string[];
  /** How often it went over to a new login. */
  readonly moves: number;
}

export interface Application {
  /** Ends it, and says what became of its requests; done twice it says so twice. */
  stop(): Promise<Served>;
}

interface Login {
  readonly user: string;
  readonly password: string;
}

/** Milliseconds between two rounds of requests, and between two looks at the file of secrets. */
const round = 5;
const look = 50;
/** Milliseconds that a request may take, a restart of the server included. */
const patience = 10_000;

/**
 * An application as it should be: it talks to its server all the time, takes its login from a file, and when there is
 * a new one it opens a new connection with that, goes over, and closes the old one. Every request must be answered.
 */
export function startApplication(to: NetConnectOpts, secretsFile: string): Application {
  let requests = 0;
  let lost = 0;
  let moves = 0;
  const errors: string[] = [];
  const stop = new AbortController();
  let login: Login | undefined;
  let line: Line | undefined;
  let looked = 0;

  const open = async (as: Login | undefined): Promise<Line> => {
    const fresh = await connected(to);
    const answer = as && (await fresh.ask(['AUTH', as.user, as.password]));
    if (answer === undefined || !isError(answer)) return fresh;
    fresh.close();
    throw new Error(answer.text);
  };
  /** One request; a connection that breaks is made again, as every client library does. */
  const ask = async (words: readonly string[]): Promise<RespValue> => {
    const until = performance.now() + patience;
    for (;;) {
      try {
        line ??= await open(login);
        return await line.ask(words);
      } catch (error) {
        line?.close();
        line = undefined;
        if (performance.now() > until) throw error;
        await wait(round);
      }
    }
  };
  const moveIfTold = async (): Promise<void> => {
    if (performance.now() - looked < look) return;
    looked = performance.now();
    const told = loginIn(secretsFile);
    if (told?.password === login?.password) return;
    try {
      const fresh = await open(told);
      line?.close();
      line = fresh;
      login = told;
      moves++;
    } catch {
      // The login is in the file before the server has it: the next look finds it.
    }
  };
  const running = (async () => {
    for (let number = 0; !stop.signal.aborted; number++) {
      await moveIfTold();
      for (const words of requestsOf(number)) {
        requests++;
        const answer = await ask(words).catch((error: unknown) => error as Error);
        if (answer instanceof Error || isError(answer)) {
          lost++;
          if (errors.length < 5) errors.push(answer instanceof Error ? answer.message : answer.text);
        }
      }
      await wait(round);
    }
    line?.close();
  })();
  return {
    stop: async () => {
      stop.abort();
      await running;
      return { requests, lost, errors: [...errors], moves };
    },
  };
}

const requestsOf = (number: number): readonly (readonly string[])[] => [
  ['SET', `app:${number % 100}`, String(number)],
  ['GET', `app:${number % 100}`],
  ['INCR', 'app:visits'],
];

/** The login of the user `app`, as Keyward wrote it down. */
function loginIn(path: string): Login | undefined {
  try {
    const { secrets } = JSON.parse(readFileSync(path, 'utf8')) as { secrets: Record<string, Login> };
    return Object.values(secrets).find(({ user }) => user === 'app');
  } catch {
    return undefined;
  }
}
