import { sparseFlavour } from './flavour.ts';

/** Its settings are flags of its command line or of a flag file, which nothing here can edit. */
export const dragonfly = sparseFlavour('dragonfly', {
  now: [],
  start: [],
  users: undefined,
  readsConf: false,
  rewrites: false,
  manual: 'https://www.dragonflydb.io/docs/managing-dragonfly/flags',
});
