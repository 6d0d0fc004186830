import { setTimeout as wait } from 'node:timers/promises';
import type { RestartWay } from '../../model/index.ts';
import type { Place } from '../place/index.ts';
import { launch } from './launch.ts';
import { knownProcess, type ProcessState } from './process-state.ts';
import { settingOf } from './setting.ts';
import type { Site } from './site.ts';
import { fieldsIn, textIn } from './words.ts';

/** A server may load a large dataset for long: while it says so, it is waited for. */
const loadingPatience = 30 * 60_000;
const defaultPatience = 30_000;

/**
 * The server stops and starts anew. It comes back with its data or it does not stop; where it had been killed, it is
 * started.
 */
export async function restart(site: Site, by: RestartWay): Promise<void> {
  const { session } = site;
  const runs = (await session.answers()) !== 'no';
  if (runs) await assertKeepsData(site);
  if (by.kind === 'systemd') await bySystemd(site, by.unit);
  else await relaunch(site, runs);
  session.drop();
  await comesUp(site);
}

/** With no save points and no log of writes, a server forgets everything when it stops. */
async function assertKeepsData(site: Site): Promise<void> {
  const { session, node } = site;
  if (node.mode === 'sentinel') return;
  const info = fieldsIn(textIn(await session.ask('INFO')) ?? '');
  const holdsData = [...info].some(([name, value]) => /^db\d+$/.test(name) && /keys=[1-9]/.test(value));
  // A replica gets its data again from its master.
  if (!holdsData || (info.get('role') === 'slave' && info.get('master_link_status') === 'up')) return;
  const saves = (await settingOf(site, 'save')) !== '' || (await settingOf(site, 'appendonly')) === 'yes';
  if (!saves)
    throw new Error(
      `${node.id} holds data and saves none (no save points, no append-only file): a restart would lose it. Set save or appendonly first, or restart it yourself`,
    );
}

async function bySystemd(site: Site, unit: string): Promise<void> {
  const place = site.place();
  if (!/^[\w@.:\\-]{1,255}$/.test(unit) || unit.startsWith('-')) throw new Error('not the name of a unit');
  const timeout = 120_000;
  // What it reads may have been changed; a unit that failed too often would be refused.
  await place.run(['systemctl', 'daemon-reload'], { timeout });
  await place.run(['systemctl', 'reset-failed', '--', unit], { timeout });
  const { code } = await place.run(['systemctl', 'restart', '--', unit], { timeout });
  if (code !== 0)
    throw new Error(
      `systemctl restart ${unit} ended with ${code} on ${place.name}: see journalctl -u ${unit}`,
    );
}

async function relaunch(site: Site, runs: boolean): Promise<void> {
  const { session, node } = site;
  const place = site.place();
  const state = runs ? await knownProcess(site) : (site.memory.process as ProcessState | undefined);
  if (!state?.exe) throw new Error(`${node.id} does not run, and how it was started was not seen`);
  if (runs) {
    // Saves where save points say so, and refuses to stop where that fails.
    const refused = await session.last('SHUTDOWN');
    if (refused !== undefined) throw new Error(`${node.id} does not stop: ${refused}`);
    await untilGone(place, state.pid, site.settings.patience ?? defaultPatience);
  } else if (await livesAs(place, state))
    throw new Error(`process ${state.pid} of ${node.id} lives and does not answer`);
  if (state.supervisor !== undefined && (await somebodyElseStarts(site))) return;
  await launch(place, state);
}

async function processLives(place: Place, pid: number): Promise<boolean> {
  try {
    const stat = (await place.read(`/proc/${pid}/stat`))?.bytes.toString('latin1');
    // The name in parentheses may hold anything; after it stands the state. A zombie waits for its parent only.
    return stat !== undefined && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

const livesAs = async (place: Place, { pid, exe }: ProcessState): Promise<boolean> =>
  (await processLives(place, pid)) && ((await place.link(`/proc/${pid}/exe`)) ?? '').startsWith(exe);

async function untilGone(place: Place, pid: number, patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  while (await processLives(place, pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} has not ended after ${patience} ms`);
    await wait(10);
  }
}

async function somebodyElseStarts({ session }: Site): Promise<boolean> {
  const deadline = performance.now() + 5000;
  while (performance.now() < deadline) {
    if ((await session.answers()) !== 'no') return true;
    await wait(100);
  }
  return false;
}

async function comesUp({ session, settings, node }: Site): Promise<void> {
  const start = performance.now();
  const patience = settings.patience ?? defaultPatience;
  for (let loading = false; ;) {
    const answer = await session.answers();
    if (answer === 'yes') return;
    loading ||= answer === 'loading';
    const passed = performance.now() - start;
    if (passed > (loading ? loadingPatience : patience))
      throw new Error(`${node.id} did not come up within ${Math.round(passed)} ms`);
    await wait(20);
  }
}
