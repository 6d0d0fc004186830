import { statusLines } from '../../host/proc-status.ts';
import { ownersOf } from '../files.ts';
import { modeOf } from '../mode-words.ts';
import { fieldsIn, textIn } from '../words.ts';
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

export const runsAs: Trying<'runs-as'> = async ({ user }, site) => {
  const info = fieldsIn(textIn(await site.session.ask('INFO', 'server')) ?? '');
  const place = site.place();
  const status = (await place.read(`/proc/${Number(info.get('process_id'))}/status`))?.bytes.toString(
    'latin1',
  );
  if (status === undefined) return untried('its process is not to be seen');
  const uid = Number(statusLines(status).get('Uid')?.split(/\s+/)[1]);
  return when(uid === (await ownersOf(place, { owner: user })).uid, `it runs as account ${uid}`);
};
