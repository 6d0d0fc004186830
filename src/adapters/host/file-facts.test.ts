import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileFacts } from './file-facts.ts';

const isRoot = process.getuid?.() === 0;
let root = '';
const put = (path: string, mode = 0o640): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
  chmodSync(join(root, path), mode);
};
const one = async (path: string) => {
  const fact = await fileFacts([{ path, role: 'conf' }], root);
  if (!fact.known || fact.value[0] === undefined) throw new Error(JSON.stringify(fact));
  return fact.value[0];
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyward-files-'));
  put('etc/passwd', 0o644);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nredis:x:999:998::/:/bin/false\n');
  put('etc/group', 0o644);
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nredis:x:998:\nadm:x:4:\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('tells mode and kind, through links and without leaving the root', async () => {
  put('data/redis.conf', 0o4644);
  mkdirSync(join(root, 'etc/redis'));
  symlinkSync('/data/redis.conf', join(root, 'etc/redis/redis.conf'));
  symlinkSync('/loop', join(root, 'loop'));
  expect(await one('/etc/redis/redis.conf')).toMatchObject({
    path: '/etc/redis/redis.conf',
    kind: 'file',
    mode: '4644',
  });
  expect(await one('/data')).toMatchObject({ kind: 'directory' });
  expect(await one('/loop')).toMatchObject({ kind: 'symlink', mode: '' });
  expect(await one('/data/none')).toMatchObject({ kind: 'missing', owner: '', mode: '' });
  expect(await one('/dev-null')).toMatchObject({ kind: 'missing' });
});

it('asks for nothing when no file is known', async () => {
  expect(await fileFacts([], root)).toMatchObject({ known: false, why: 'not-asked' });
});

describe.skipIf(!isRoot)('folders in which somebody else may put another file', () => {
  const folder = (path: string, mode: number, uid = 0, gid = 0): void => {
    mkdirSync(join(root, path), { recursive: true });
    chownSync(join(root, path), uid, gid);
    chmodSync(join(root, path), mode);
  };

  it('names owners and groups as the process sees them', async () => {
    put('etc/redis.conf');
    chownSync(join(root, 'etc/redis.conf'), 999, 998);
    expect(await one('/etc/redis.conf')).toMatchObject({ owner: 'redis', group: 'redis' });
    chownSync(join(root, 'etc/redis.conf'), 12345, 54321);
    expect(await one('/etc/redis.conf')).toMatchObject({ owner: '12345', group: '54321' });
  });

  it.each([
    ['root alone writes', 0o755, 0, 0, []],
    ['anyone writes', 0o777, 0, 0, ['/a/b']],
    ['the group of root writes', 0o775, 0, 0, []],
    ['another group writes', 0o775, 0, 4, ['/a/b']],
    ['another user owns it', 0o755, 999, 998, ['/a/b']],
    ['a sticky folder, where nobody may replace what is not theirs', 0o1777, 0, 0, []],
  ])('for a file of root: %s', async (_, mode, uid, gid, loose) => {
    put('a/b/redis.conf');
    folder('a/b', mode, uid, gid);
    expect((await one('/a/b/redis.conf')).looseParents).toEqual(loose);
  });

  it('a sticky folder further up lets nobody replace the next one', async () => {
    put('tmp/mine/redis.conf');
    folder('tmp', 0o1777);
    expect((await one('/tmp/mine/redis.conf')).looseParents).toEqual([]);
  });

  it('the owner of the file, and its own group, may', async () => {
    put('var/redis/dump.rdb');
    folder('var/redis', 0o2770, 999, 998);
    chownSync(join(root, 'var/redis/dump.rdb'), 999, 998);
    expect((await one('/var/redis/dump.rdb')).looseParents).toEqual([]);
  });

  it('the folder that holds the link counts as well as the one behind it', async () => {
    put('real/redis.conf');
    folder('real', 0o777);
    folder('links', 0o777);
    symlinkSync('/real/redis.conf', join(root, 'links/redis.conf'));
    expect((await one('/links/redis.conf')).looseParents).toEqual(['/links', '/real']);
  });
});
