import { setTimeout as wait } from 'node:timers/promises';
import type { RespValue } from '../../../lang/resp/index.ts';
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import { pairsIn } from '../words.ts';
import { broken, held, said, untried, type Trying } from './saw.ts';

/** Milliseconds between two looks at the log. */
const between = 200;
/** What is asked for: the log keeps its newest first, and a thousand others in three seconds are no clients. */
const most = '1000';

/**
 * Servers log who was refused, and for how long ago that is, from 6.0 on. Counting the entries would not do: a log is
 * short, the oldest fall out of it, equal ones are one with a counter, and anybody may empty it.
 */
export const noRefusedLogin: Trying<'no-refused-login'> = async ({ user, seconds }, { session, memory }) => {
  const since = memory.changed.get(user);
  if (since === undefined) return untried('it is about the moments after a change of the user');
  const until = performance.now() + seconds * 1000;
  for (;;) {
    let log: RespValue;
    const elapsed = (performance.now() - since) / 1000;
    try {
      log = await session.ask('ACL', 'LOG', most);
    } catch (error) {
      if (error instanceof Refusal && /^(NOPERM|ERR)$/.test(error.code))
        return untried(`the log of refused logins may not be read: ${said(error.message)}`);
      throw error;
    }
    const refused = (Array.isArray(log) ? log : [])
      .map((entry) => pairsIn(entry))
      .find(
        (entry) =>
          entry.get('reason') === 'auth' &&
          entry.get('username') === user &&
          Number(entry.get('age-seconds')) < elapsed,
      );
    if (refused) return broken(`a login of ${user} was refused${from(refused.get('client-info'))}`);
    if (performance.now() >= until) break;
    await wait(Math.min(between, until - performance.now()));
  }
  return (await logsNothing(session))
    ? untried('the server keeps no log of refused logins (acllog-max-len 0)')
    : held(`no login of ${user} was refused for ${seconds} s`);
};

const from = (client: string | undefined): string => {
  const address = client?.split(' ').find((field) => field.startsWith('addr='));
  return address === undefined ? '' : `: it came from ${said(address.slice('addr='.length))}`;
};

const logsNothing = async (session: Session): Promise<boolean> => {
  try {
    return pairsIn(await session.ask('CONFIG', 'GET', 'acllog-max-len')).get('acllog-max-len') === '0';
  } catch {
    return false;
  }
};
