import { bench } from './resp.ts';
import type { Row } from './row.ts';

/** Our decoder beside the others, by the same bytes. */
export async function rows(): Promise<readonly Row[]> {
  return (await bench()).map(({ name, micros, ratio, bounds: [low, high] }) => ({
    what: name,
    ours: `${micros['keyward']?.toFixed(2)} µs`,
    peer: Object.entries(micros)
      .filter(([who]) => who !== 'keyward')
      .map(([who, time]) => `${who} ${time.toFixed(2)} µs`)
      .join(', '),
    ratio: `${ratio.toFixed(2)} × as fast (${low.toFixed(2)}–${high.toFixed(2)})`,
    // Where all that is left is the very same call of the engine, a tie is what there is to have.
    target: { words: 'not slower', met: high >= 1 },
  }));
}
