/** The links of replicas and Sentinels outlive a change of their login: they are ended, and come back with the new one. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Action } from '../../model/index.ts';
import { isLink, othersOf, userOf, type Client } from './clients.ts';
import { Refusal } from './refusal.ts';
import { onlineReplicas } from './session.ts';
import type { Site } from './site.ts';
import { fieldsIn, textIn } from './words.ts';

/** Milliseconds that replicas get to come back; before 6.2 they try once a second. */
const patience = 15_000;
const between = 50;

export async function renewLinks(
  site: Site,
  { user }: Extract<Action, { do: 'renew-links' }>,
): Promise<void> {
  const links = (await othersOf(site)).filter((client) => isLink(client) && userOf(client) === user);
  if (links.length === 0) return;
  // One after the other: a master may ask for replicas that are there before it takes a write.
  for (const link of links) await renewed(site, () => end(site, link));
}

/** Ends links, and waits until as many replicas are back as were there before. */
export async function renewed(site: Site, ending: () => Promise<void>): Promise<void> {
  const before = await online(site);
  await ending();
  const until = performance.now() + (site.settings.patience ?? patience);
  for (;;) {
    const now = await online(site);
    if (now >= before) return;
    if (performance.now() > until)
      throw new Error(
        `${before - now} of ${before} replicas of ${site.node.id} did not come back with their new login`,
      );
    await wait(between);
  }
}

const online = async ({ session }: Site): Promise<number> =>
  onlineReplicas(fieldsIn(textIn(await session.ask('INFO', 'replication')) ?? ''));

/** Who has gone by himself meanwhile is gone as well. */
async function end({ session }: Site, link: Client): Promise<void> {
  try {
    await session.ask('CLIENT', 'KILL', 'ID', link.get('id') ?? '');
  } catch (error) {
    if (!(error instanceof Refusal && /No such client/i.test(error.message))) throw error;
  }
}
