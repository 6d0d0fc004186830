import type { Tried } from '../../catalog/plan-reports/tried-from.ts';
import { connected, isError } from './line.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Read only, and what each shows: data, the server, and that it can be told what to be. */
const harmless = [
  ['GET', 'app:visits'],
  ['INFO', 'server'],
  ['CONFIG', 'GET', 'dir'],
] as const;

/** Milliseconds until nobody answers: packets that are dropped get no answer at all. */
const patience = 2000;

/**
 * A real connection from where we are, and what whoever makes it may do there. Changes nothing. Who gets no answer in
 * time tries again: the machine may have been busy.
 */
export async function tryAt(at: Address, login?: Login): Promise<Tried> {
  const { tried, late } = await tryOnce(at, login);
  return late ? (await tryOnce(at, login)).tried : tried;
}

async function tryOnce(
  at: Address,
  login: Login | undefined,
): Promise<{ readonly tried: Tried; readonly late: boolean }> {
  const time = Promise.withResolvers<void>();
  const end = new AbortController();
  const timer = setTimeout(() => time.resolve(), patience);
  let reaches = false;
  const may: string[] = [];
  const refusals = new Set<string>();
  const ask = async (): Promise<void> => {
    const line = await connected({ ...at, signal: end.signal });
    reaches = true;
    if (login) await line.ask(['AUTH', login.user, login.password]);
    for (const words of harmless) {
      const answer = await line.ask(words);
      if (isError(answer)) refusals.add(answer.text.split(' ', 1)[0] ?? '');
      else may.push(words[0]);
    }
  };
  const late = await Promise.race([
    // Nobody answers, or no longer: what was answered until then counts.
    ask().then(
      () => false,
      () => false,
    ),
    time.promise.then(() => true),
  ]);
  clearTimeout(timer);
  end.abort();
  return { tried: { reaches, may: [...may], refusals: [...refusals] }, late };
}
