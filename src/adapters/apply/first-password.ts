/**
 * A password where there are no users. From that moment the server refuses whoever has not logged in, also on connections
 * that are there. A replica takes the refusal for a part of its master's history, and counts it: when its link breaks
 * later it asks for the wrong rest, and lacks data without knowing. So the links end in the same instant, and with them
 * all who would be refused: who knows the password comes back with it, and a replica goes on where it was.
 */
import { renewed } from './renew-links.ts';
import { settingOf } from './setting.ts';
import type { Site } from './site.ts';

export async function setPassword(site: Site, password: string): Promise<void> {
  const had = (await settingOf(site, 'requirepass')) ?? '';
  if (had === password) return;
  // `slave` is the name that every version knows.
  const kinds = had === '' ? ['slave', 'normal', 'pubsub'] : ['slave'];
  await renewed(site, () =>
    site.session.together([
      ['CONFIG', 'SET', 'requirepass', password],
      ...kinds.map((kind) => ['CLIENT', 'KILL', 'TYPE', kind]),
    ]),
  );
}
