import { lock, type Lock } from '../../../adapters/journal/lock.ts';
import { stateFolder } from '../../../adapters/journal/state-folder.ts';
import type { PlanNode } from '../../../model/index.ts';
import { namesOf } from './journals.ts';

/** Locks all servers of a plan, or none. */
export function lockServers(nodes: readonly PlanNode[]): Lock | { readonly heldBy: number } {
  const folder = stateFolder('locks');
  const held: Lock[] = [];
  const release = (): void => {
    for (const one of held) one.release();
  };
  for (const name of [...new Set(nodes.flatMap(namesOf))].toSorted()) {
    const one = lock(folder, name);
    if ('heldBy' in one) {
      release();
      return one;
    }
    held.push(one);
  }
  return { release };
}
