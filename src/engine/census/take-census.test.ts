import { describe, expect, it } from 'vitest';
import type { ClientLook } from '../../model/index.ts';
import { takeCensus } from './index.ts';

/** A clock of our own: pausing moves it, and so does a look. */
function world(lookTakes: number, answer: () => ClientLook = () => ({ clients: [] })) {
  let now = 5000;
  const times: number[] = [];
  return {
    times,
    look: async () => {
      times.push(now - 5000);
      now += lookTakes;
      return answer();
    },
    clock: () => now,
    pause: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('looking at the clients of a server', () => {
  it('for no time is one look', async () => {
    const { times, ...ports } = world(5);
    expect(await takeCensus({ node: 'n1', seconds: 0, ...ports })).toMatchObject({ node: 'n1', looks: 1 });
    expect(times).toEqual([0]);
  });

  it('for a while looks every 200 ms to 1 s, and at the end', async () => {
    for (const [seconds, apart] of [
      [2, 200],
      [10, 500],
      [60, 1000],
    ] as const) {
      const { times, ...ports } = world(0);
      const census = await takeCensus({ node: 'n1', seconds, ...ports });
      expect(times.slice(0, 2)).toEqual([0, apart]);
      expect(times.at(-1)).toBe(seconds * 1000);
      expect(census).toMatchObject({ seconds, looks: times.length });
    }
  });

  it('takes at most a tenth of the time of a server that answers slowly', async () => {
    const { times, ...ports } = world(300);
    await takeCensus({ node: 'n1', seconds: 60, ...ports });
    expect(times[1]).toBe(3000);
  });

  it('ends at the first look that fails', async () => {
    let looks = 0;
    const { times, ...ports } = world(1, () => {
      looks += 1;
      return looks < 3 ? { clients: [] } : { clients: [], why: 'gone' };
    });
    const census = await takeCensus({ node: 'n1', seconds: 10, ...ports });
    expect(times).toHaveLength(3);
    expect(census.doubts.join()).toContain('gone');
  });
});
