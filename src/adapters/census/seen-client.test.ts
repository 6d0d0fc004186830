import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seenClient as listed } from './seen-client.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

const seenClient = (line: string) => listed(line)?.client;

describe('a line of CLIENT LIST', () => {
  it('of a new server tells all', () => {
    expect(
      seenClient(
        'id=5 addr=127.0.0.1:60384 laddr=127.0.0.1:21971 fd=11 name=worker age=7 idle=0 flags=N db=3 sub=0 psub=0 ssub=0 qbuf=26 cmd=client|list user=app redir=-1 resp=2 lib-name=redis-py lib-ver=5.0.1 tot-cmds=9',
      ),
    ).toEqual({
      key: '5',
      user: 'app',
      address: '127.0.0.1',
      to: { address: '127.0.0.1', port: 21971 },
      library: 'redis-py 5.0.1',
      name: 'worker',
      flags: 'N',
      command: 'client|list',
      database: 3,
      subscriptions: 0,
      ageSeconds: 7,
    });
  });

  it('tells what it has sent and is not read yet', () => {
    expect(listed('id=5 addr=127.0.0.1:1 flags=N qbuf=26')?.unread).toBe(26);
  });

  it('of 2.4 tells little', () => {
    expect(
      seenClient('addr=127.0.0.1:60924 fd=5 idle=0 flags=N db=0 sub=1 psub=2 qbuf=0 events=r cmd=NULL'),
    ).toEqual({
      key: '127.0.0.1:60924',
      address: '127.0.0.1',
      flags: 'N',
      database: 0,
      subscriptions: 3,
    });
  });

  it('over a unix socket has no address, also where the path has a blank', () => {
    for (const path of ['/run/kw.sock', '/run/my redis/kw.sock'])
      expect(seenClient(`id=5 addr=${path}:0 laddr=${path}:0 flags=U db=0 cmd=get`)).toMatchObject({
        address: 'unix',
        command: 'get',
      });
  });

  it('with IPv6 loses its brackets', () => {
    expect(seenClient('id=5 addr=[::1]:50000 laddr=[::1]:6379 flags=N')).toMatchObject({
      address: '::1',
      to: { address: '::1', port: 6379 },
    });
  });

  it('from a stranger is harmless text of bounded length, or nothing', () => {
    const field = fc.tuple(
      fc.constantFrom('id', 'addr', 'laddr', 'user', 'name', 'lib-name', 'lib-ver', 'cmd', 'flags', 'db'),
      fc.oneof(fc.string(), fc.constantFrom('a\u001b[31mb', 'x'.repeat(9999), '-1', '1e9', '\u202e')),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const client = seenClient(fields.map(([name, value]) => `${name}=${value}`).join(' '));
        const text = JSON.stringify(client ?? {});
        expect(text).not.toMatch(/\\u001b|\u202e/);
        expect(text.length).toBeLessThan(20_000);
      }),
      { numRuns: runs },
    );
  });
});
