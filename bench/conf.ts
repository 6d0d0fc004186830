/** How fast redis.conf is read: files as they are shipped, mostly comments, and a file of directives only. */
import { parseConf } from '../src/lang/conf/index.ts';

export interface ConfBench {
  readonly name: string;
  readonly bytes: number;
  /** Median over all runs. */
  readonly megabytesPerSecond: number;
}

/** Text shaped as a shipped file: 95 of 100 lines are comments of ordinary length. */
function stock(): Uint8Array {
  const comment =
    '# Redis listens on this address by default, unless told otherwise in the lines below it.\n';
  const lines = Array.from({ length: 2400 }, (_, i) =>
    i % 20 === 0 ? `maxmemory-samples ${i}\n` : i % 5 === 0 ? '#\n' : comment.slice(0, 30 + (i % 50)) + '\n',
  );
  return Buffer.from(lines.join(''));
}

const directives = (): Uint8Array =>
  Buffer.from(
    'save 900 1\nclient-output-buffer-limit normal 0 0 0\nrequirepass "a b"\nport 6379\n'.repeat(1000),
  );

function measure(name: string, bytes: Uint8Array): ConfBench {
  const rates: number[] = [];
  for (let run = 0; run < 120; run++) {
    const from = performance.now();
    for (let i = 0; i < 10; i++) parseConf(bytes);
    rates.push((bytes.length * 10) / 1e6 / ((performance.now() - from) / 1e3));
  }
  rates.sort((a, b) => a - b);
  return { name, bytes: bytes.length, megabytesPerSecond: Math.round(rates[rates.length >> 1] ?? 0) };
}

export function bench(): readonly ConfBench[] {
  return [measure('conf: as shipped', stock()), measure('conf: directives only', directives())];
}

if (import.meta.main)
  for (const { name, bytes, megabytesPerSecond } of bench())
    console.log(`${name}: ${megabytesPerSecond} MB/s (median; ${bytes} bytes)`);
