import type { Resource } from '../../model/index.ts';
import { captured } from './capture.ts';
import { knownProcess } from './process-state.ts';
import { restart } from './restart.ts';
import type { Keeper } from './site.ts';

type Process = Extract<Resource, { kind: 'process' }>;

/** A process is the same however often it was started: its state only tells how. */
export const processes: Keeper<Process> = {
  async capture(resource, site) {
    const running = (await site.session.answers()) !== 'no';
    const state =
      resource.by.kind === 'systemd' ? {} : running ? await knownProcess(site) : (site.memory.process ?? {});
    return captured(resource, { ...state }, { same: resource.by });
  },
  async restore({ by }, state, site) {
    if (by.kind === 'relaunch') site.memory.process = state;
    await restart(site, by);
  },
};
