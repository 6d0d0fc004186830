import { describe, expect, it } from 'vitest';
import { isInstalled, isLoose, isShared, misusedAs, takenUpBy } from './places.ts';

describe('folders that another program reads', () => {
  it.each([
    '/var/spool/cron/',
    '/var/spool/cron/crontabs',
    '/etc/cron.d',
    '/etc',
    '/root/.ssh',
    '/home/joe/.ssh/',
    '/var/www/html',
    '/etc/systemd/system',
    'C:\\inetpub\\wwwroot',
  ])('%s', (folder) => expect(takenUpBy(folder)).toBeTypeOf('string'));
  it.each([
    '/var/lib/redis',
    '/etc/redis',
    '/data',
    './',
    '/',
    '/tmp',
    '/root',
    '/usr/local/bin',
    '/srv/redis',
    'c:\\data',
    '/etcetera',
    '',
  ])('not %j', (folder) => expect(takenUpBy(folder)).toBe(undefined));
});

describe('names that are none for a dump', () => {
  it.each(['root', 'authorized_keys', 'x.PHP', 'exp.so', 'exp.so.1', 'a.jsp', 'zzh', 'cron.sh'])(
    '%s',
    (name) => expect(misusedAs(name)).toBeTypeOf('string'),
  );
  it.each(['dump.rdb', 'dump-7005.rdb', 'backup.rdb', 'root.rdb', 'php.rdb', 'redis', ''])('not %j', (name) =>
    expect(misusedAs(name)).toBe(undefined),
  );
});

describe('homes of a module', () => {
  it('is loose where anybody writes, and where the path depends on the working folder', () => {
    for (const path of ['/tmp/a.so', '/dev/shm/a.so', './a.so', '/srv/.hidden/a.so'])
      expect(isLoose(path)).toBe(true);
    expect(isLoose('/usr/lib/redis/modules/a.so')).toBe(false);
  });
  it('is installed below the folders of packages, without a way out of them', () => {
    expect(isInstalled('/opt/redis-stack/lib/rejson.so')).toBe(true);
    expect(isInstalled('/usr/../tmp/a.so')).toBe(false);
    expect(isInstalled('/var/lib/redis/a.so')).toBe(false);
  });
});

describe('folders of many', () => {
  it.each(['/', '/tmp', '/tmp/', '/var/lib', '/home/jane', '/usr/local', '/etc'])('%s', (folder) =>
    expect(isShared(folder)).toBe(true),
  );
  it.each(['/var/lib/redis', '/data', '/srv/redis', '/tmp/redis', '/etc/redis'])('not %s', (folder) =>
    expect(isShared(folder)).toBe(false),
  );
});
