/** What the launcher of a checkout adds to Node running the same source. */
import { join } from 'node:path';
import { alternate } from './alternate.ts';
import { root } from './built.ts';
import type { Row } from './row.ts';
import { median, spread } from './statistics.ts';

export function rows(): Promise<readonly Row[]> {
  const samples = alternate(
    [
      { name: 'ours', argv: [join(root, 'keyward'), '--version'] },
      { name: 'bare', argv: [process.execPath, join(root, 'src/apps/cli/main.ts'), '--version'] },
    ],
    21,
  );
  const [ours = [], bare = []] = [...samples.values()];
  const added = median(ours) - median(bare);
  return Promise.resolve([
    {
      what: './keyward --version, warm',
      ours: spread(ours),
      peer: `node src/apps/cli/main.ts --version ${spread(bare)}`,
      ratio: `${added < 0 ? '' : '+'}${added.toFixed(0)} ms`,
      target: { words: 'adds under 50 ms', met: added < 50 },
    },
  ]);
}
