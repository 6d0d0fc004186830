/** Files that nobody writes, and somebody may send: what grows with the square of its lines would never end here. */
import { expect, it } from 'vitest';
import { readConf, type ConfReading, type ReadOptions } from './index.ts';

const count = 60_000;
const read = (
  line: (number: number) => string,
  options: Partial<ReadOptions> = {},
  before = '',
): ConfReading =>
  readConf(
    [
      {
        path: 'redis.conf',
        bytes: Buffer.from(before + Array.from({ length: count }, (_, number) => line(number)).join('\n')),
      },
    ],
    { product: 'redis', version: '7.2.4', ...options },
  );

it.each(['5.0.14', '7.2.4'])('as many save lines add up (%s)', (version) => {
  const { settings, places, refused } = read(() => 'save 60 1', { version });
  expect(refused).toBeUndefined();
  expect(settings.get('save')).toBe(Array.from({ length: count }, () => '60 1').join(' '));
  expect(places.get('save')).toHaveLength(count);
});

it('as many users', () => {
  const { users, refused } = read((number) => `user u${number} on +config|get ~${number}:*`);
  expect(refused).toBeUndefined();
  expect(users).toHaveLength(count);
});

it('as many settings of modules, of which the last line of each counts', () => {
  const { moduleSettings } = read((number) => `m.s${number % (count / 2)} ${number}`);
  expect(moduleSettings).toHaveLength(count / 2);
  expect(moduleSettings[0]).toMatchObject({ name: 'm.s0', args: [String(count / 2)], line: count / 2 + 1 });
});

it('as many other Sentinels, none of them twice', () => {
  const monitor = 'sentinel monitor m 127.0.0.1 6379 2\n';
  const known = (number: number): string => `sentinel known-sentinel m 127.0.0.1 26379 ${number}`;
  const all = read(known, { sentinel: true }, monitor);
  expect(all.sentinel?.primaries[0]?.sentinels).toHaveLength(count);
  const twice = read((number) => known(number % (count - 1)), { sentinel: true }, monitor);
  expect(twice.refused).toMatchObject({ line: count + 1, reason: 'Duplicate runid for sentinel.' });
});
