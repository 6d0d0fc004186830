export { apply, type Applied, type ApplyOptions } from './apply.ts';
export { confirm, confirmationsOf, type Confirmed } from './confirm.ts';
export { settle, type Settled, type SettleOptions } from './settle.ts';
export { standingOf, type Journal, type Standing } from './standing.ts';
export { certificateFiles, resourcesOf } from './resources-of.ts';
export type { WayBack } from './way-back.ts';
export { inWords } from './words.ts';
