import fc from 'fast-check';
import { isIPv6, SocketAddress } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressOf, textOfIpv6 } from './socket-addresses.ts';
import { isPastListening, listeningTcp, listeningUnix } from './socket-tables.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 200;

describe('addresses of /proc/net', () => {
  it.each([
    ['0100007F', '127.0.0.1'],
    ['00000000', '0.0.0.0'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000001000000', '::1'],
    ['0000000000000000FFFF00000100007F', '::ffff:127.0.0.1'],
    ['000080FE00000000FF00FC0001000FE', undefined],
    ['B80D0120000000000000000001000000', '2001:db8::1'],
  ])('%s is %s on a little-endian machine', (hex, text) => {
    expect(addressOf(hex, 'LE')).toBe(text);
  });

  it('reads a big-endian machine', () => {
    expect(addressOf('7F000001', 'BE')).toBe('127.0.0.1');
  });

  it('writes every IPv6 address as RFC 5952 wants it', () => {
    const bytes = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(bytes, (list) => {
        const text = textOfIpv6(Uint8Array.from(list));
        expect(isIPv6(text)).toBe(true);
        // `::a.b.c.d` is how inet_ntop writes the old IPv4-compatible addresses; the same address, other text.
        if (!list.slice(0, 12).every((byte) => byte === 0)) {
          expect(text).toBe(new SocketAddress({ family: 'ipv6', address: text }).address);
        }
      }),
      { numRuns: runs },
    );
  });
});

it('takes the listening sockets of the table only', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 151201 1 0 100 0 0 10 0
   1: 00000000:404B 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 151202 1 0 100 0 0 10 0
   2: 0100007F:18EB 0100007F:D2A0 01 00000000:00000000 00:00000000 00000000   999        0 151300 1 0 20 4 30 10 -1
`;
  expect(listeningTcp(table)).toEqual([
    { address: '127.0.0.1', port: 6379, uid: 999, inode: '151201' },
    { address: '0.0.0.0', port: 16459, uid: 999, inode: '151202' },
  ]);
  expect(listeningTcp('')).toEqual([]);
  const at = (end: number) => isPastListening(Buffer.from(table.slice(0, end)));
  const third = table.indexOf('   2: ');
  expect([at(10), at(third), at(third + 40), at(table.length)]).toEqual([false, false, false, true]);
});

it('takes named listening unix sockets, those with blanks in their names too', () => {
  const table = `Num       RefCount Protocol Flags    Type St Inode Path
00000000ee26e75a: 00000002 00000000 00010000 0001 01 151203 /run/redis/my redis.sock
00000000ee26e75b: 00000003 00000000 00000000 0001 03 151204 /run/redis/redis.sock
00000000ee26e75c: 00000002 00000000 00010000 0001 01   204 @abstract
00000000ee26e75d: 00000002 00000000 00010000 0001 01 151206
`;
  expect(listeningUnix(table)).toEqual([
    { path: '/run/redis/my redis.sock', inode: '151203' },
    { path: '@abstract', inode: '204' },
  ]);
});
