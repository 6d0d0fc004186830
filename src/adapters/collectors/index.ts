import type { Question } from '../server/read-only.ts';
import type { LiveCollector } from './define-live.ts';
import aclLog from './acl-log.ts';
import aclUsers from './acl-users.ts';
import clients from './clients.ts';
import clusterNodes from './cluster-nodes.ts';
import commands from './commands.ts';
import config from './config.ts';
import functions from './functions.ts';
import indicatorKeys from './indicator-keys.ts';
import info from './info.ts';
import modules from './modules.ts';
import sentinelMasters from './sentinel-masters.ts';
import whoami from './whoami.ts';

/** All that is asked of a live server, in one packet. */
export const liveCollectors: readonly LiveCollector[] = [
  info,
  whoami,
  config,
  aclUsers,
  aclLog,
  commands,
  modules,
  clients,
  clusterNodes,
  sentinelMasters,
  functions,
  indicatorKeys,
];

/** Their questions, in that order. */
export const liveQuestions: readonly Question[] = liveCollectors.flatMap(({ ask }) => ask);
