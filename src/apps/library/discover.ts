import { wayTo } from '../../adapters/collect/way-to.ts';
import type { FoundProcess } from '../../adapters/host/index.ts';
import type { ParsedTarget } from './parse-target.ts';
import { UsageError } from './usage-error.ts';

/**
 * Every server that runs on this host, as targets.
 *
 * @throws UsageError where there is none
 */
export async function discover(processes: readonly FoundProcess[]): Promise<readonly ParsedTarget[]> {
  const ways = await Promise.all(
    processes.map(async (process) => {
      const way = await wayTo(process);
      return way ? [{ ...way, process }] : [];
    }),
  );
  const found = ways.flat();
  if (found.length > 0) return found;
  throw new UsageError(
    'no server of the Redis family runs on this host (or none that this user may see)',
    'Name one: keyward audit redis://host, or a file: keyward audit /etc/redis/redis.conf. To see Keyward at work: keyward lab.',
  );
}
