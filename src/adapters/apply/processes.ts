import type { Resource } from '../../model/index.ts';
import { captured } from './capture.ts';
import { knownProcess } from './process-state.ts';
import { restart } from './restart.ts';
import type { Keeper, Site } from './site.ts';
import { fieldsIn, textIn } from './words.ts';

type Process = Extract<Resource, { kind: 'process' }>;

/**
 * How it was started, and which start of it this is: undo starts it anew only where it was started since, for what
 * only a start makes true again.
 */
/** Random, and another one at each start (INFO run_id). */
const runOf = async ({ session }: Site): Promise<string> =>
  fieldsIn(textIn(await session.ask('INFO', 'server')) ?? '').get('run_id') ?? '';

export const processes: Keeper<Process> = {
  async capture(resource, site) {
    const running = (await site.session.answers()) !== 'no';
    const state =
      resource.by.kind === 'systemd' ? {} : running ? await knownProcess(site) : (site.memory.process ?? {});
    const run = running ? await runOf(site) : 'none';
    return captured(resource, { ...state }, { same: [resource.by, run], shown: resource.by });
  },
  async restore({ by }, state, site) {
    if (by.kind === 'relaunch') site.memory.process = state;
    await restart(site, by);
  },
};
