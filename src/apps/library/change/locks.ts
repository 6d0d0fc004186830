import { lock, type Lock } from '../../../adapters/journal/lock.ts';
import type { PlanNode } from '../../../model/index.ts';
import { UsageError } from '../usage-error.ts';
import { namesOf, stateFolderOf } from './journals.ts';

/**
 * Locks all servers of a plan, or none.
 *
 * @throws UsageError where a lock cannot be written
 */
export function lockServers(nodes: readonly PlanNode[]): Lock | { readonly heldBy: number } {
  const folder = stateFolderOf('locks');
  const held: Lock[] = [];
  const release = (): void => {
    for (const one of held) one.release();
  };
  for (const name of [...new Set(nodes.flatMap(namesOf))].toSorted()) {
    const one = lockOne(folder, name, release);
    if ('heldBy' in one) {
      release();
      return one;
    }
    held.push(one);
  }
  return { release };
}

function lockOne(folder: string, name: string, release: () => void): ReturnType<typeof lock> {
  try {
    return lock(folder, name);
  } catch (error) {
    release();
    throw new UsageError(
      `no lock can be written in ${folder}: ${(error as Error).message}`,
      'Make room or give the rights, or name another folder in KEYWARD_STATE.',
    );
  }
}
