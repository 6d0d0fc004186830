import { describe, expect, it } from 'vitest';
import { writtenPaths } from './written-paths.ts';

describe('the paths that a server writes', () => {
  it('are its folders, one for all that lies in it', () => {
    expect(
      writtenPaths({
        dir: '/var/lib/redis',
        conf: '/etc/redis/redis.conf',
        aclFile: '/etc/redis/users.acl',
        logFile: '/var/log/redis/redis-server.log',
        pidFile: '/run/redis/redis-server.pid',
        unixSocket: '/run/redis/redis.sock',
      }),
    ).toEqual(['/etc/redis', '/run/redis', '/var/lib/redis', '/var/log/redis']);
  });

  it('are relative to its folder where they do not begin with a slash', () => {
    expect(
      writtenPaths({ dir: '/srv/cache', logFile: 'log/redis.log', aclFile: '../acl/users.acl' }),
    ).toEqual(['/srv/acl', '/srv/cache']);
  });

  it('are the file alone where its folder is everybody’s, and no pid file there', () => {
    expect(
      writtenPaths({
        dir: '/var/lib/redis',
        conf: '/etc/redis.conf',
        logFile: '/var/log/redis.log',
        pidFile: '/var/run/redis.pid',
      }),
    ).toEqual(['/etc/redis.conf', '/var/lib/redis', '/var/log/redis.log']);
  });

  it('are never a folder of the whole system, and no device', () => {
    for (const dir of ['/', '/var/lib', '/tmp', '/etc/'])
      expect(writtenPaths({ dir, logFile: '/dev/null' })).toEqual([]);
  });

  it('are none for settings that are empty: a log to standard output', () => {
    expect(writtenPaths({ dir: '/data', logFile: '', pidFile: '', unixSocket: '' })).toEqual(['/data']);
  });
});
