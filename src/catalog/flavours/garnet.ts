import { sparseFlavour } from './flavour.ts';

/** Its settings are in a JSON file, and its ACL knows a part of the rules. */
export const garnet = sparseFlavour('garnet', {
  now: [],
  start: [],
  users: undefined,
  readsConf: false,
  rewrites: false,
  manual: 'https://microsoft.github.io/garnet/docs/security/ACLs',
});
