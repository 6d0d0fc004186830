/** One audit of one live server, from the start of the process to the report, beside `redis-cli INFO`. */
import { startServer } from '../src/adapters/servers/index.ts';
import { alternate } from './alternate.ts';
import { builtCli } from './built.ts';
import type { Row } from './row.ts';
import { peakMegabytes } from './run-child.ts';
import { redisCli, servers } from './servers.ts';
import { median, spread } from './statistics.ts';

const rounds = 21;
/** How much slower than redis-cli an audit may be: what it does besides, once for the process. */
const allowed = (cli: number): number => 3 * cli + 150;
const allowedMegabytes = 120;

export async function rows(): Promise<readonly Row[]> {
  const keyward = builtCli();
  const peer = await redisCli();
  const redis = await servers('redis');
  const wanted = [redis[0], redis.find(({ version }) => version.startsWith('7.0.'))];
  const table: Row[] = [];
  for (const binary of new Set(wanted.flatMap((one) => one ?? []))) {
    const server = await startServer({ binary: binary.path });
    try {
      const audit = [process.execPath, keyward, 'audit', `redis://127.0.0.1:${server.port}`];
      const samples = alternate(
        [
          { name: 'ours', argv: audit, codes: [0, 1] },
          { name: 'peer', argv: [...peer, '-p', String(server.port), 'INFO'] },
          { name: 'floor', argv: [process.execPath, '-e', '0'] },
        ],
        rounds,
      );
      const [ours = [], info = [], floor = []] = [...samples.values()];
      const limit = allowed(median(info));
      const what = `audit of ${binary.product} ${binary.version}`;
      table.push({
        what,
        ours: spread(ours),
        peer: `redis-cli INFO ${spread(info)}; node -e 0 ${spread(floor)}`,
        ratio: `${(median(ours) / median(info)).toFixed(1)} × redis-cli`,
        target: { words: `≤ 3 × redis-cli + 150 ms = ${limit.toFixed(0)} ms`, met: median(ours) <= limit },
      });
      const peak = peakMegabytes(audit);
      if (peak !== undefined)
        table.push({
          what: `${what}: memory`,
          ours: `${peak.toFixed(0)} MB`,
          peer: `node -e 0 ${peakMegabytes([process.execPath, '-e', '0'])?.toFixed(0)} MB`,
          ratio: '',
          target: { words: `< ${allowedMegabytes} MB`, met: peak < allowedMegabytes },
        });
    } finally {
      await server.stop();
    }
  }
  return table;
}
