/**
 * What the launcher of a checkout adds to Node running the same source: as a user would start it, and with the cache
 * of compiled sources that the launcher turns on, which leaves what the launcher itself takes.
 */
import { join } from 'node:path';
import { alternate } from './alternate.ts';
import { root } from './built.ts';
import type { Row } from './row.ts';
import { median, spread } from './statistics.ts';

export function rows(): Promise<readonly Row[]> {
  const source = join(root, 'src/apps/cli/main.ts');
  const cache = join(root, '.cache/compile');
  const samples = alternate(
    [
      { name: 'ours', argv: [join(root, 'keyward'), '--version'] },
      { name: 'bare', argv: [process.execPath, source, '--version'] },
      {
        name: 'cached',
        argv: ['/usr/bin/env', `NODE_COMPILE_CACHE=${cache}`, process.execPath, source, '--version'],
      },
    ],
    21,
  );
  const [ours = [], bare = [], cached = []] = [...samples.values()];
  const added = median(ours) - median(cached);
  return Promise.resolve([
    {
      what: './keyward --version, warm',
      ours: spread(ours),
      peer: `node src/apps/cli/main.ts --version ${spread(bare)}, with its cache ${spread(cached)}`,
      ratio: `${added < 0 ? '' : '+'}${added.toFixed(0)} ms`,
      target: { words: 'adds under 50 ms', met: added < 50 },
    },
  ]);
}
