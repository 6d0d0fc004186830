/** The real world of `apply`: servers and hosts that are looked at, changed, and put back. */
export type { PlanSecret, WorldSettings } from './settings.ts';
export { createWorld } from './world.ts';
