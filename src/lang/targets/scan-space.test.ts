import { describe, expect, it } from 'vitest';
import { readTargets } from './read-targets.ts';
import { scanSpace } from './scan-space.ts';

const list = (text: string) => readTargets(text, { file: '-' });
const all = (targets: string, ports: readonly number[], exclude?: string) => {
  const space = scanSpace({
    targets: list(targets),
    ports,
    seed: 5,
    ...(exclude === undefined ? {} : { exclude: list(exclude) }),
  });
  return Array.from({ length: space.size }, (_, place) => space.at(place)).flatMap((one) =>
    one ? [`${one.host} ${one.port}`] : [],
  );
};

describe('what a scan visits', () => {
  it('is every address at every port, once, and not in order', () => {
    const pairs = all('10.0.0.0/24 10.0.0.128/25 2001:db8::/126', [6379, 6380, 6379]);
    expect(pairs).toHaveLength((256 + 4) * 2);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(pairs).not.toEqual(pairs.toSorted());
    for (const pair of ['10.0.0.255 6380', '2001:db8::3 6379']) expect(pairs).toContain(pair);
  });

  it('has an address with a port of its own beside them, and not twice', () => {
    expect(all('10.0.0.1 10.0.0.1:7000 10.0.0.1:6379 db:7000', [6379]).toSorted()).toEqual([
      '10.0.0.1 6379',
      '10.0.0.1 7000',
      'db 7000',
    ]);
  });

  it('is never what is excluded: networks, addresses, names and single ports', () => {
    const pairs = all(
      '10.0.0.0/29 10.0.0.9:7000 10.0.0.3:7000 db:1',
      [6379, 6380],
      '10.0.0.0/30 10.0.0.5:6380 10.0.0.9 db:1',
    );
    expect(pairs.toSorted()).toEqual([
      '10.0.0.4 6379',
      '10.0.0.4 6380',
      '10.0.0.5 6379',
      '10.0.0.6 6379',
      '10.0.0.6 6380',
      '10.0.0.7 6379',
      '10.0.0.7 6380',
    ]);
  });

  it('is excluded in whatever spelling', () => {
    expect(all('2001:db8::/127 DB:7 ::ffff:10.0.0.5', [6379], '[2001:0DB8:0::1]:6379 db 10.0.0.0/8')).toEqual(
      ['2001:db8:: 6379'],
    );
    expect(all('[::ffff:10.0.0.5]:7000 10.0.0.5:7000', [6379])).toEqual(['10.0.0.5 7000']);
  });

  it('may be nothing', () => {
    expect(all('', [6379])).toEqual([]);
    expect(all('10.0.0.1', [])).toEqual([]);
  });

  it('may be all of a /8 at all ports, without a list', () => {
    const { size, at } = scanSpace({ targets: list('10.0.0.0/8'), ports: [1, 2, 3], seed: 9 });
    expect(size).toBe(2 ** 24 * 3);
    expect(at(size - 1)?.host).toMatch(/^10\./);
  });

  it('goes on where it was: the same choice gives the same order', () => {
    const [one, two] = [0, 0].map(() => scanSpace({ targets: list('10.0.0.0/20'), ports: [6379], seed: 77 }));
    for (let place = 0; place < 4096; place += 97) expect(one?.at(place)).toEqual(two?.at(place));
  });
});
