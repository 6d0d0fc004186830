import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { textOf } from '../../../adapters/collectors/define-live.ts';
import { failed } from '../../../adapters/server/connection.ts';
import { question } from '../../../adapters/server/read-only.ts';
import { identify } from '../../../engine/identify.ts';
import { known, unknown, type Plan, type PlanNode } from '../../../model/index.ts';
import { eachOf } from '../each-of.ts';
import { askServer } from './ask-server.ts';
import type { ReachOptions } from './options.ts';

/**
 * Why one of the servers is not the one that the plan was made for: somebody else has its port by now, or it was
 * upgraded since. `undefined` where all are, as far as they say who they are: what one has in memory would be changed,
 * and what the other has on disk.
 */
export async function strangerAmong({ nodes }: Plan, options: ReachOptions): Promise<string | undefined> {
  const found = await eachOf(nodes, 8, async (node) => strangeness(node, options));
  return found.find((why) => why !== undefined);
}

async function strangeness(node: PlanNode, options: ReachOptions): Promise<string | undefined> {
  const info = await infoOf(node, options);
  if (!info) return undefined;
  const identity = identify({ greeting: unknown('not-asked', 'INFO is enough'), info: known(info, 'INFO') });
  if (!identity.known) return undefined;
  const { product, version = '' } = identity.value;
  if (product !== node.product || (node.version !== '' && version !== node.version))
    return `${node.id} is ${product} ${version} now, and the plan was made for ${node.product} ${node.version}: make a new plan`;
  const conf = info.config_file ?? '';
  if (node.host === 'here' && node.conf && isAbsolute(conf) && real(conf) !== real(node.conf))
    return `${node.id} is another server now: its file is ${conf}, and the plan was made for ${node.conf}`;
  return undefined;
}

async function infoOf(
  { target }: PlanNode,
  options: ReachOptions,
): Promise<Readonly<Record<string, string>> | undefined> {
  const server = await askServer(target, options);
  if (!server) return undefined;
  try {
    const [answer] = await server.ask([question('INFO', 'server')]);
    const text = answer && !failed(answer) ? textOf(answer.value) : undefined;
    return text === undefined ? undefined : fieldsOf(text);
  } finally {
    server.close();
  }
}

const fieldsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );

const real = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};
