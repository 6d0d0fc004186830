import { describe, expect, it } from 'vitest';
import { known, unknown, type Greeting, type Identity } from '../model/index.ts';
import { identify } from './identify.ts';

const nothing = unknown('no-access', 'NOAUTH');
const said = (replies: Readonly<Record<string, string>>, banner?: string): Greeting => ({
  replies: Object.entries(replies).map(([command, reply]) => ({
    command,
    reply,
    kind: reply.startsWith('-') ? 'error' : 'data',
  })),
  ...(banner ? { banner } : {}),
});
const who = (info: Readonly<Record<string, string>> | undefined, greeting: Greeting = said({})): Identity => {
  const fact = identify({ greeting: known(greeting, 'test'), info: info ? known(info, 'INFO') : nothing });
  if (!fact.known) throw new Error(fact.detail);
  return fact.value;
};

describe('each fork by its own mark, never by redis_version', () => {
  it.each([
    [
      'valkey',
      '9.1.2',
      { redis_version: '7.2.4', server_name: 'valkey', valkey_version: '9.1.2', server_mode: 'standalone' },
    ],
    ['dragonfly', '1.40.0', { redis_version: '7.4.0', dragonfly_version: 'df-v1.40.0' }],
    ['kvrocks', '2.9.0', { redis_version: '4.0.0', kvrocks_version: '2.9.0' }],
    ['garnet', '1.0.50', { redis_version: '7.4.3', server_name: 'garnet', garnet_version: '1.0.50' }],
    ['keydb', '6.3.4', { redis_version: '6.3.4', redis_mode: 'standalone', mvcc_depth: '0' }],
    ['redis', '7.0.15', { redis_version: '7.0.15', redis_mode: 'standalone' }],
  ] as const)('%s %s', (product, version, info) => {
    expect(who(info)).toMatchObject({ product, version });
  });

  it('in a cluster and as a Sentinel, under the old field and the new', () => {
    expect(who({ redis_version: '7.0.15', redis_mode: 'cluster', role: 'slave' })).toMatchObject({
      mode: 'cluster',
      role: 'replica',
    });
    expect(who({ redis_version: '7.2.4', valkey_version: '8.1.1', server_mode: 'sentinel' })).toMatchObject({
      mode: 'sentinel',
      role: 'sentinel',
    });
    expect(who({ redis_version: '2.4.5', cluster_enabled: '0', role: 'master' })).toMatchObject({
      mode: 'standalone',
      role: 'master',
    });
  });
});

describe('what cannot be is said as doubtful', () => {
  const modern = said({
    HELLO: '-NOAUTH HELLO must be called with … the HELLO <proto> AUTH <user> …',
    RESET: '+RESET',
  });
  const old = said({
    HELLO: '-ERR unknown command `HELLO`, with args beginning with: ',
    RESET: '-ERR unknown command `RESET`',
  });

  it.each([
    ['a version between two branches', who({ redis_version: '6.3.9', redis_mode: 'standalone' })],
    ['no number at all', who({ redis_version: 'latest' })],
    ['newer than anything known', who({ redis_version: '12.0.0' })],
    [
      'old by its number, new by its answers',
      who({ redis_version: '3.2.1', redis_mode: 'standalone' }, modern),
    ],
    ['new by its number, old by its answers', who({ redis_version: '8.6.3', redis_mode: 'standalone' }, old)],
    ['a Valkey that does not keep up the pretence', who({ redis_version: '8.1.1', valkey_version: '8.1.1' })],
    ['a build from the development branch', who({ redis_version: '255.255.255' })],
    ['a KeyDB, whose operator may choose', who({ redis_version: '6.3.4', mvcc_depth: '0' })],
    [
      'two products at once',
      who(
        { redis_version: '7.2.4', valkey_version: '8.0.1' },
        said({}, '-DENIED KeyDB is running in protected mode because …'),
      ),
    ],
  ])('%s', (_, { doubts }) => expect(doubts.length).toBeGreaterThan(0));

  it.each([
    ['Redis 7.2', who({ redis_version: '7.2.6', redis_mode: 'standalone' }, modern)],
    ['Redis 5.0', who({ redis_version: '5.0.14', redis_mode: 'standalone' }, old)],
    ['Valkey 8.1', who({ redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.1' }, modern)],
    [
      'a Sentinel, which knows no RESET',
      who(
        { redis_version: '8.6.3', redis_mode: 'sentinel' },
        said({ RESET: "-ERR unknown command 'RESET'" }),
      ),
    ],
  ])('and not what is as it should be: %s', (_, { doubts }) => expect(doubts).toEqual([]));
});

describe('before a login the errors bracket a version', () => {
  it.each([
    ['2.4', { PING: '-ERR operation not permitted', HELLO: "-ERR unknown command 'HELLO'" }, { to: '2.6' }],
    [
      '5.0',
      { PING: '-NOAUTH x', HELLO: '-ERR unknown command `HELLO`, with args beginning with: ' },
      { from: '4.0', to: '5.0' },
    ],
    [
      '6.0',
      {
        PING: '-NOAUTH x',
        HELLO: "-ERR wrong number of arguments for 'hello' command",
        RESET: '-ERR unknown command `RESET`',
      },
      { from: '6.0', to: '6.0' },
    ],
    [
      '6.2',
      {
        PING: '-NOAUTH x',
        HELLO: '-NOAUTH … the HELLO AUTH <user> <pass> …',
        RESET: '-NOAUTH Authentication required.',
      },
      { from: '6.2', to: '6.2' },
    ],
    [
      '7.0',
      { PING: '-NOAUTH x', HELLO: '-NOAUTH … the HELLO AUTH <user> <pass> …', RESET: '+RESET' },
      { from: '6.2', to: '7.0' },
    ],
    [
      '7.2',
      { PING: '-NOAUTH x', HELLO: '-NOAUTH … the HELLO <proto> AUTH <user> …', RESET: '+RESET' },
      { from: '7.2' },
    ],
  ] as const)('%s', (_, replies, range) => {
    const identity = who(undefined, said(replies));
    expect(identity.version).toBeUndefined();
    expect(identity.range).toMatchObject(range);
  });

  it('names the product where a text does', () => {
    expect(who(undefined, said({}, '-DENIED KeyDB is running in protected mode because …')).product).toBe(
      'keydb',
    );
    expect(who(undefined, said({}, '-DENIED Running in protected mode because …')).product).toBe('valkey');
  });
});

it('is unknown where nothing was said, and no Redis where INFO names none', () => {
  expect(identify({ greeting: known(said({}), ''), info: nothing }).known).toBe(false);
  expect(who({ uptime: '1' }).product).toBe('not-redis');
});
