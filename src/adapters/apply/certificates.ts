import { join } from 'node:path/posix';
import type { Action } from '../../model/index.ts';
import { folderFor, ownersOf } from './files.ts';
import type { Site } from './site.ts';
import { programTimeout } from './settings.ts';

/** Private keys are for their owner alone; the server reads its own as that owner or as its group. */
const modeFor = (name: string): number => (name === 'ca.key' ? 0o600 : name.endsWith('.key') ? 0o640 : 0o644);

/** What is there already is kept, byte for byte: done twice is as done once. */
export async function makeCertificate(
  site: Site,
  action: Extract<Action, { do: 'make-certificate' }>,
): Promise<void> {
  const { folder, names, days, clients, renew } = action;
  const place = site.place();
  const keep: Record<string, Buffer> = {};
  for (const stem of ['ca', 'server', ...clients])
    for (const name of [`${stem}.key`, `${stem}.crt`]) {
      const file = await place.read(join(folder, name));
      if (file) keep[name] = file.bytes;
    }
  // Heavy to load, and few plans make certificates.
  const { makeCertificates } = await import('../tls/make-certificate.ts');
  const made = await makeCertificates({ names, days, clients, keep, ...(renew ? { renew } : {}) });
  const above = await folderFor(place, join(folder, 'ca.crt'), programTimeout);
  const owners = await ownersOf(place, action);
  // Keys first, and the authority before what it signed: a crash leaves no certificate without its key.
  const order = Object.keys(made).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const name of order) {
    const bytes = made[name];
    if (!bytes || keep[name]?.equals(bytes)) continue;
    // The authority's key is the operator's; a server that is taken over must not sign.
    const own = name === 'ca.key' && owners.uid !== undefined ? { uid: above.uid, gid: above.gid } : owners;
    await place.write(join(folder, name), {
      bytes,
      mode: modeFor(name),
      uid: own.uid ?? above.uid,
      gid: own.gid ?? above.gid,
    });
  }
}

const rank = (name: string): number => (name.startsWith('ca.') ? 0 : 2) + (name.endsWith('.key') ? 0 : 1);
