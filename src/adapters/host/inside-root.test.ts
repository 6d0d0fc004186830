import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveInside } from './inside-root.ts';

const outer = mkdtempSync(join(tmpdir(), 'keyward-root-'));
const root = join(outer, 'root');

beforeAll(() => {
  mkdirSync(join(root, 'etc/redis'), { recursive: true });
  mkdirSync(join(root, 'data'));
  writeFileSync(join(root, 'data/redis.conf'), 'inside');
  writeFileSync(join(outer, 'secret'), 'outside');
  symlinkSync('/data/redis.conf', join(root, 'etc/redis/absolute.conf'));
  symlinkSync('../../data', join(root, 'etc/redis/up'));
  symlinkSync('../../../../../../secret', join(root, 'etc/redis/out'));
  symlinkSync('loop', join(root, 'etc/redis/loop'));
  symlinkSync('/nowhere', join(root, 'etc/redis/broken'));
});
afterAll(() => rmSync(outer, { recursive: true, force: true }));

describe('a path of another root', () => {
  it.each([
    ['/data/redis.conf', '/data/redis.conf', false],
    ['/etc/redis/absolute.conf', '/data/redis.conf', true],
    ['/etc/redis/up/redis.conf', '/data/redis.conf', true],
    ['/etc//redis/../../data/./redis.conf', '/data/redis.conf', false],
    ['/../../data/redis.conf', '/data/redis.conf', false],
  ])('%s is %s', (path, inside, linked) => {
    const found = resolveInside(root, path);
    expect(found).toMatchObject({ inside, linked, path: join(root, inside) });
    expect(found.stats?.isFile()).toBe(true);
  });

  it('never leads out of it', () => {
    expect(resolveInside(root, '/etc/redis/out')).toMatchObject({ inside: '/secret', problem: 'missing' });
  });

  it('may be missing, a loop of links, or below a file', () => {
    expect(resolveInside(root, '/etc/redis/broken')).toMatchObject({
      problem: 'missing',
      inside: '/nowhere',
    });
    expect(resolveInside(root, '/etc/redis/loop')).toMatchObject({ problem: 'loop' });
    expect(resolveInside(root, '/data/redis.conf/x')).toMatchObject({ problem: 'missing' });
    expect(resolveInside(root, '/no/such/thing').stats).toBeUndefined();
  });

  it('tells the folders that were passed, those before and behind a link', () => {
    expect(resolveInside(root, '/etc/redis/absolute.conf').folders.map(({ path }) => path)).toEqual([
      '/',
      '/etc',
      '/etc/redis',
      '/data',
    ]);
    expect(resolveInside(root, '/etc/redis').folders.map(({ path }) => path)).toEqual(['/', '/etc']);
    expect(resolveInside(root, '/').stats?.isDirectory()).toBe(true);
  });
});
