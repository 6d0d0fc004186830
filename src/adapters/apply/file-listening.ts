import { parseConf } from '../../lang/conf/index.ts';
import type { PlanNode } from '../../model/index.ts';
import type { Place } from '../place/index.ts';
import { listeningSettings, type Listening } from './doors.ts';

/** Where a server listens by its file: the last line of each name, as far as the file alone tells. */
export async function fileListening(
  node: PlanNode,
  place: Place | undefined,
): Promise<Listening | undefined> {
  if (!place || node.conf === undefined) return undefined;
  try {
    const file = await place.read(node.conf);
    if (!file) return undefined;
    const found = new Map<string, string>();
    for (const line of parseConf(file.bytes, node.conf).lines)
      if (line.kind === 'directive' && (listeningSettings as readonly string[]).includes(line.name))
        found.set(line.name, line.args.join(' '));
    return found;
  } catch {
    return undefined;
  }
}
