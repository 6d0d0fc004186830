import type { CollectedName } from './evidence.ts';

// A fact that is forgotten here does not compile.
const every: Readonly<Record<CollectedName, true>> = {
  endpoint: true,
  door: true,
  greeting: true,
  whoami: true,
  info: true,
  config: true,
  aclUsers: true,
  aclLog: true,
  commandReply: true,
  modules: true,
  clients: true,
  clusterNodes: true,
  sentinelMasters: true,
  functions: true,
  indicatorKeys: true,
  servedCertificate: true,
  conf: true,
  aclFile: true,
  certificates: true,
  process: true,
  listeners: true,
  hostAddresses: true,
  firewall: true,
  files: true,
  unit: true,
  container: true,
  package: true,
  hostSigns: true,
};

/** The names of all facts that collectors bring, in the order in which they are written down. */
export const collectedNames = Object.keys(every) as readonly CollectedName[];
