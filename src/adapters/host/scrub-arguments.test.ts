import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrubArguments, scrubWords } from './scrub-arguments.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

describe('passwords on a command line', () => {
  it.each([
    [['redis-server', '--requirepass', 'canary', '--port', '1'], ['--requirepass']],
    [['redis-server', '--requirepass canary', '--port 1'], ['--requirepass']],
    [['dragonfly', '--requirepass=canary', '--dir=/data'], ['--requirepass']],
    [['dragonfly', '--admin_nopass', '--masterauth=canary'], ['--masterauth']],
    [['redis-server', '--masterauth', '--canary'], ['--masterauth']],
    [['redis-server', '--tls-key-file-pass', 'canary'], ['--tls-key-file-pass']],
    [['redis-server', '--user', 'alice', 'on', '>canary', '#canary', '+@all'], ['--user']],
    [['redis-server', '--user', 'alice on >canary +@all'], ['--user']],
    [['redis-server', '--sentinel', 'auth-pass', 'mymaster', 'canary'], ['--sentinel auth-pass']],
    [['redis-cli', '-a', 'canary', 'ping'], ['-a']],
    [['redis-cli', '--pass', 'canary'], ['--pass']],
    [['redis-cli', '-u', 'redis://joe:canary@host:6379/0'], ['URL']],
    [['redis-cli', '-u', 'rediss://:canary@host'], ['URL']],
    [
      ['GarnetServer', '--auth', 'Password', '--password', 'canary'],
      ['--auth', '--password'],
    ],
    [['env', 'REDIS_PASSWORD=canary', 'redis-server'], ['REDIS_PASSWORD']],
    [['sh', '-c', 'exec redis-server --requirepass canary --port 1'], ['command']],
    [['sh', '-c', 'redis-server --requirepass "canary and canary"'], ['command']],
    [['sh', '-c', "redis-server --requirepass='canary canary'"], ['command']],
  ])('hides the secret of %j', (argv, names) => {
    const scrubbed = scrubArguments(argv);
    expect(scrubbed.argv.join(' ')).not.toContain('canary');
    expect(scrubbed.secretArguments).toEqual(names);
    expect(scrubbed.argv).toHaveLength(argv.length);
  });

  it('leaves what is no secret', () => {
    const argv = [
      'redis-server',
      '/etc/redis/redis.conf',
      '--port',
      '6379',
      '--dir',
      '/data',
      '--appendonly yes',
      '--user',
      'a',
      '+get',
    ];
    expect(scrubArguments(argv)).toEqual({ argv, secretArguments: [] });
  });

  it('names nothing when the password is empty', () => {
    expect(scrubArguments(['redis-server', '--requirepass', '']).secretArguments).toEqual([]);
  });

  it('keeps a line as it was, but for the secret', () => {
    expect(scrubWords('/usr/bin/redis-server  /etc/r.conf --requirepass "a b"  --port 1')).toBe(
      '/usr/bin/redis-server  /etc/r.conf --requirepass ***  --port 1',
    );
  });

  it('never shows the argument after --requirepass, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (password) => {
        const scrubbed = scrubArguments(['redis-server', '--port', '1', '--requirepass', password]);
        expect(scrubbed.argv).toEqual(['redis-server', '--port', '1', '--requirepass', '***']);
      }),
      { numRuns: runs },
    );
  });
});
