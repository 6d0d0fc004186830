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

/** A real connection from where we are, and what whoever makes it may do there. Changes nothing. */
export async function tryAt(at: Address, login?: Login): Promise<Tried> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const end = new AbortController();
  const timer = setTimeout(() => {
    end.abort();
    reject(new Error('ETIMEDOUT'));
  }, patience);
  let reaches = false;
  const may: string[] = [];
  const refusals = new Set<string>();
  const ask = async (): Promise<void> => {
    const line = await connected({ ...at, signal: end.signal });
    reaches = true;
    try {
      if (login) await line.ask(['AUTH', login.user, login.password]);
      for (const words of harmless) {
        const answer = await line.ask(words);
        if (isError(answer)) refusals.add(answer.text.split(' ', 1)[0] ?? '');
        else may.push(words[0]);
      }
    } finally {
      line.close();
    }
  };
  try {
    await Promise.race([ask(), late]);
  } catch {
    // Nobody answered, or no longer: what was answered until then counts.
  } finally {
    clearTimeout(timer);
  }
  return { reaches, may, refusals: [...refusals] };
}
