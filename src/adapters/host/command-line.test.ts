import { describe, expect, it } from 'vitest';
import { argumentsOf, readCommandLine } from './command-line.ts';

const read = (...argv: readonly string[]) => readCommandLine(argv);

describe('the command line of a server', () => {
  it('reads the configuration file, the first argument that is no option', () => {
    expect(read('/usr/bin/redis-server', '/etc/redis/redis.conf', '--port', '1').configuration).toBe(
      '/etc/redis/redis.conf',
    );
    expect(read('redis-server', '--port', '1').configuration).toBeUndefined();
  });

  it('reads the files of the relatives', () => {
    expect(read('kvrocks', '-c', '/etc/kvrocks.conf').configuration).toBe('/etc/kvrocks.conf');
    expect(read('dragonfly', '--logtostderr', '--flagfile=/etc/dragonfly.conf').configuration).toBe(
      '/etc/dragonfly.conf',
    );
    expect(read('dotnet', 'GarnetServer.dll', '--config-import-path', 'g.conf')).toMatchObject({
      program: 'GarnetServer.dll',
      configuration: 'g.conf',
    });
  });

  it.each([
    ['redis-server *:6379', { address: '*', port: 6379 }],
    ['/usr/bin/redis-server 127.0.0.1:6379 ', { address: '127.0.0.1', port: 6379 }],
    ['redis-server ::1:7000 [cluster]', { address: '::1', port: 7000, mode: 'cluster' }],
    ['redis-sentinel *:26379 [sentinel]', { address: '*', port: 26379, mode: 'sentinel' }],
    ['redis-server /run/redis.sock', { address: '/run/redis.sock' }],
    ['/opt/renamed 0.0.0.0:6379', { address: '0.0.0.0', port: 6379 }],
  ])('reads the title %j, which hides the arguments', (title, expected) => {
    const line = read(title);
    expect(line.title).toEqual(expected);
    expect(line.configuration).toBeUndefined();
  });

  it('does not take the last empty arguments, which the title left over', () => {
    expect(argumentsOf(Buffer.from('redis-server *:6379\0\0\0\0'))).toEqual(['redis-server *:6379']);
    expect(argumentsOf(Buffer.from('redis-server\0--requirepass\0\0--port\x001\0'))).toEqual([
      'redis-server',
      '--requirepass',
      '',
      '--port',
      '1',
    ]);
  });

  it('looks through the loader that was started by hand', () => {
    const line = read('/lib64/ld-linux-x86-64.so.2', '--library-path', '/a:/b', '/opt/redis-server *:6379');
    expect(line).toMatchObject({ program: '/opt/redis-server', title: { port: 6379 } });
  });
});
