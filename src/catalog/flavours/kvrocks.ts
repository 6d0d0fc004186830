import { sparseFlavour } from './flavour.ts';

/** Namespaces in place of users: `requirepass` is the administrator's password, and the only one there is. */
export const kvrocks = sparseFlavour('kvrocks', {
  now: ['requirepass', 'masterauth', 'maxclients', 'timeout'],
  start: ['bind', 'port', 'tls-port', 'unixsocket', 'unixsocketperm'],
  users: false,
  readsConf: true,
  rewrites: true,
  manual: 'https://kvrocks.apache.org/docs/namespace',
});
