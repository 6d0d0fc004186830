import type { Answered, Asked, Question, Questions } from './questions.ts';
import { startPart } from './start-part.ts';

/** A host of the lab: a network of its own with a process in it that does what it is told. */
export interface Host {
  readonly pid: number;
  ask<Name extends Question>(
    question: Name,
    given: Questions[Name]['with'],
  ): Promise<Questions[Name]['answer']>;
  end(): void;
}

/** @throws Error where it does not come up */
export async function startHost(words: readonly string[]): Promise<Host> {
  const child = startPart(words, 'host', process.env);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<unknown>();
  waiting.set(0, ready);
  const fail = (why: string): void => {
    for (const one of waiting.values()) one.reject(new Error(why));
    waiting.clear();
  };
  child.once('error', (error) => fail(`a host of the lab cannot be started: ${error.message}`));
  child.once('exit', () => fail('a host of the lab has ended'));
  child.on('message', (message) => {
    const { id, answer, failed } = message as Answered;
    const one = waiting.get(id);
    waiting.delete(id);
    if (failed === undefined) one?.resolve(answer);
    else one?.reject(new Error(failed));
  });
  let number = 0;
  await ready.promise;
  return {
    pid: child.pid ?? 0,
    ask: async (question, given) => {
      const one = Promise.withResolvers<unknown>();
      const id = ++number;
      waiting.set(id, one);
      child.send({ id, question, with: given } satisfies Asked);
      return (await one.promise) as never;
    },
    end: () => {
      child.removeAllListeners('exit');
      if (child.connected) child.disconnect();
      child.kill('SIGKILL');
    },
  };
}
