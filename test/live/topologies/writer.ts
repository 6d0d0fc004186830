/**
 * An application that writes all the time and remembers every write that was acknowledged. It takes its login from the
 * secrets file as soon as the server knows it, and goes back to none where the login is gone.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { RespValue } from '../../../src/lang/resp/index.ts';
import { converse, type Conversation } from '../support/ask.ts';
import { isRefusal, loginsIn, type Login } from './topology.ts';

export interface Writer {
  /** Writes that were acknowledged. */
  readonly acknowledged: () => number;
  /** Refusals and broken connections, in words; an answer that was lost is one of them. */
  readonly troubles: () => readonly string[];
  /** As whom it writes now; `` for nobody. */
  readonly user: () => string;
  /** Resolves after so many more acknowledged writes. */
  readonly wrote: (more: number) => Promise<void>;
  /** Does something while nothing is written. */
  readonly whileStill: <T>(work: () => Promise<T>) => Promise<T>;
  readonly stop: () => Promise<void>;
  /** Keys of acknowledged writes whose value is not there. */
  readonly lost: (ask: (...words: readonly string[]) => Promise<RespValue>) => Promise<readonly string[]>;
}

export interface WriterOptions {
  /** Where the master is now. */
  readonly port: () => Promise<number>;
  readonly secretsFile: string;
  /** Replicas that must have a write before it counts. */
  readonly copies?: number;
}

const same = (a: Login | undefined, b: Login | undefined): boolean =>
  a?.user === b?.user && a?.password === b?.password;

export function startWriter({ port, secretsFile, copies = 0 }: WriterOptions): Writer {
  const acknowledged: string[] = [];
  const troubles: string[] = [];
  /** `wanted`: that nothing is written; `still`: that nothing is. */
  const is = { stopped: false, wanted: false, still: false };
  let login: Login | undefined;
  let conversation: Conversation | undefined;
  let looked = 0;

  const enter = async (as: Login | undefined): Promise<Conversation | undefined> => {
    const next = await converse({ port: await port() });
    const names = as && (as.user === 'default' ? [as.password] : [as.user, as.password]);
    const answer = await (names ? next.ask('AUTH', ...names) : next.ask('PING'));
    if (!isRefusal(answer)) return next;
    next.end();
    return undefined;
  };
  /** The first login that is let in; the one that we have is kept as long as it is the best. */
  const connect = async (): Promise<void> => {
    for (const candidate of loginsIn(secretsFile, 'app', 'default')) {
      if (conversation && same(candidate, login)) return;
      const next = await enter(candidate);
      if (!next) continue;
      conversation?.end();
      [conversation, login] = [next, candidate];
      return;
    }
  };
  const write = async (index: number): Promise<void> => {
    if (!conversation || performance.now() - looked > 50) {
      looked = performance.now();
      await connect();
    }
    const [answer, copied] = await Promise.all([
      conversation?.ask('SET', `w:${index}`, String(index)),
      copies > 0 ? conversation?.ask('WAIT', String(copies), '500') : copies,
    ]);
    if (answer === undefined || isRefusal(answer)) throw new Error(JSON.stringify(answer));
    if (Number(copied) >= copies) acknowledged.push(String(index));
  };
  const running = (async () => {
    for (let index = 0; !is.stopped; index++) {
      while (is.wanted && !is.stopped) {
        is.still = true;
        await wait(5);
      }
      is.still = false;
      try {
        await write(index);
      } catch (error) {
        if (troubles.length < 1000) troubles.push((error as Error).message);
        conversation?.end();
        conversation = undefined;
        await wait(20);
      }
      if (index % 20 === 0) await wait(1);
    }
    conversation?.end();
  })();

  return {
    acknowledged: () => acknowledged.length,
    troubles: () => [...troubles],
    user: () => login?.user ?? '',
    wrote: async (more) => {
      const enough = acknowledged.length + more;
      while (acknowledged.length < enough) await wait(5);
    },
    whileStill: async (work) => {
      is.wanted = true;
      try {
        while (!is.still) await wait(5);
        return await work();
      } finally {
        is.wanted = false;
      }
    },
    stop: async () => {
      is.stopped = true;
      await running;
    },
    lost: async (ask) => {
      const missing: string[] = [];
      for (let at = 0; at < acknowledged.length; at += 500) {
        const some = acknowledged.slice(at, at + 500);
        const values = await ask('MGET', ...some.map((index) => `w:${index}`));
        some.forEach((index, i) => {
          const value: unknown = Array.isArray(values) ? values[i] : undefined;
          if (String(value) !== index) missing.push(`w:${index}`);
        });
      }
      return missing;
    },
  };
}
