import { unknown, type Collected, type CollectedName } from '../../model/index.ts';

const names: Readonly<Record<CollectedName, true>> = {
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
  files: true,
  unit: true,
  container: true,
  package: true,
  hostSigns: true,
};

/** Every fact, unknown for the same reason: what a collector does not fill stays so, and is never absent. */
export const blank = (detail: string): Collected =>
  Object.fromEntries(
    Object.keys(names).map((name) => [name, unknown('not-asked', detail)]),
  ) as unknown as Collected;
