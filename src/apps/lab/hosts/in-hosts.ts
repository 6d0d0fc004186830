import { atEnd } from '../../../adapters/servers/cleanup.ts';
import type { LabOutcome } from '../outcome.ts';
import { namespacesHere, type Order, type Word } from './order.ts';
import { startPart } from './start-part.ts';

/** Goes the whole way behind these words, which give namespaces of their own. All of it is gone when this comes back. */
export async function runInHosts(
  words: readonly string[],
  order: Omit<Order, 'outside'>,
  say: (line: string) => void,
): Promise<LabOutcome> {
  const child = startPart(words, 'inside', {
    ...process.env,
    // Programs of the system are not on everybody's path.
    PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`,
    TMPDIR: order.place,
    KEYWARD_STATE: order.place,
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const forget = atEnd(kill);
  const { promise, resolve, reject } = Promise.withResolvers<LabOutcome>();
  child.once('error', reject);
  child.once('exit', () => reject(new Error('the lab ended before it was done')));
  child.on('message', (message) => {
    const word = message as Word;
    if ('say' in word) say(word.say);
    else if ('outcome' in word) resolve(word.outcome);
    else reject(Object.assign(new Error(word.failed.message), { stack: word.failed.stack }));
  });
  const ended = new Promise<void>((gone) => {
    child.once('close', () => gone());
    child.once('error', () => gone());
  });
  try {
    child.send({ ...order, outside: namespacesHere() } satisfies Order);
    return await promise;
  } finally {
    kill();
    await ended;
    forget();
  }
}
