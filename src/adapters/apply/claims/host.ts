import { statusLines } from '../../host/proc-status.ts';
import { ownersOf } from '../files.ts';
import { modeOf } from '../mode-words.ts';
import { fieldsIn, textIn } from '../words.ts';
import type { Site } from '../site.ts';
import { broken, untried, when, type Trying } from './saw.ts';

export const access: Trying<'access'> = async ({ path, mode, owner, group }, site) => {
  const place = site.place();
  const now = await place.access(path);
  if (!now) return broken(`${path} is not there`);
  const wanted = await ownersOf(place, { ...(owner ? { owner } : {}), ...(group ? { group } : {}) });
  const same =
    (mode === undefined || modeOf(mode, now.mode) === now.mode) &&
    (wanted.uid === undefined || wanted.uid === now.uid) &&
    (wanted.gid === undefined || wanted.gid === now.gid);
  return when(same, `mode ${now.mode.toString(8)}, owner ${now.uid}, group ${now.gid}`);
};

/** Lines of its process' status, by name; `undefined` where it is not to be seen. */
async function statusOf(site: Site): Promise<ReadonlyMap<string, string> | undefined> {
  const info = fieldsIn(textIn(await site.session.ask('INFO', 'server')) ?? '');
  const status = await site.place().read(`/proc/${Number(info.get('process_id'))}/status`);
  return status && statusLines(status.bytes.toString('latin1'));
}

const unseen = 'its process is not to be seen';

export const runsAs: Trying<'runs-as'> = async ({ user }, site) => {
  const status = await statusOf(site);
  if (status === undefined) return untried(unseen);
  const uid = Number(status.get('Uid')?.split(/\s+/)[1]);
  return when(uid === (await ownersOf(site.place(), { owner: user })).uid, `it runs as account ${uid}`);
};

export const noNewPrivileges: Trying<'no-new-privileges'> = async (_claim, site) => {
  const said = (await statusOf(site))?.get('NoNewPrivs');
  return said === undefined ? untried(unseen) : when(said === '1', `NoNewPrivs: ${said}`);
};
