import { bench } from './conf.ts';
import type { Row } from './row.ts';

/** How fast redis.conf is read. Nobody else reads it, so the figure stands alone. */
export const rows = (): Promise<readonly Row[]> =>
  Promise.resolve(
    bench().map(({ name, bytes, megabytesPerSecond }) => ({
      what: name,
      ours: `${megabytesPerSecond} MB/s, ${bytes} bytes`,
      peer: '',
      ratio: '',
    })),
  );
