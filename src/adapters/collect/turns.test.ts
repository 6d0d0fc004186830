import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('are never more than asked for, and everybody gets one, in order', async () => {
    const inTurn = createTurns(3);
    let now = 0;
    let most = 0;
    const begun: number[] = [];
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        inTurn(async () => {
          begun.push(index);
          most = Math.max(most, ++now);
          for (let wait = 0; wait < index % 4; wait++) await later();
          now--;
          return index;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(begun).toEqual(results);
  });

  it('are given back by whoever fails', async () => {
    const inTurn = createTurns(1);
    const fails = inTurn(() => Promise.reject(new Error('no')));
    const works = inTurn(() => Promise.resolve('yes'));
    await expect(fails).rejects.toThrow('no');
    await expect(works).resolves.toBe('yes');
    await expect(inTurn(() => Promise.resolve('again'))).resolves.toBe('again');
  });
});
