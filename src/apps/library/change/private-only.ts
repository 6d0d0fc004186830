import { reach } from '../../../adapters/collect/reach.ts';
import type { PlanNode } from '../../../model/index.ts';
import { UsageError } from '../usage-error.ts';
import type { ReachOptions } from './options.ts';

/**
 * A plan is a file, and may name anybody's server: nothing is sent to a public address unless the user says so.
 *
 * @throws UsageError where one of them is public, or is no address at all
 */
export async function assertPrivate(
  nodes: readonly PlanNode[],
  { allowPublic = false }: ReachOptions,
): Promise<void> {
  for (const { target } of nodes) {
    if (target.kind !== 'tcp' && target.kind !== 'unix') continue;
    const where = await reach(target, allowPublic);
    if ('problem' in where)
      throw new UsageError(
        where.problem,
        'Nothing was sent there. Give --allow-public for a server that is yours.',
      );
  }
}
