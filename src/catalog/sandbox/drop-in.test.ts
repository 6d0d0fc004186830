import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SandboxNeeds, sandboxDropIn } from './drop-in.ts';
import { unitWord } from './unit-word.ts';

const plain: SandboxNeeds = {
  user: 'redis',
  writes: ['/etc/redis', '/run/redis', '/var/lib/redis'],
  ports: [6379],
  modules: false,
};
/** What a directive says in the end: after an empty one, all that follows. */
const said = (needs: SandboxNeeds, directive: string): readonly string[] => {
  const values = sandboxDropIn(needs)
    .text.split('\n')
    .filter((line) => line.startsWith(`${directive}=`))
    .map((line) => line.slice(directive.length + 1));
  return values.slice(values.lastIndexOf('') + 1);
};
const opened = (needs: SandboxNeeds): readonly string[] =>
  sandboxDropIn(needs).open.map(({ directive }) => directive);

describe('the sandbox of a plain server', () => {
  it('leaves nothing open that it does not need', () => {
    expect(opened(plain)).toEqual([]);
    expect(said(plain, 'CapabilityBoundingSet')).toEqual([]);
    expect(said(plain, 'ProtectHome')).toEqual(['yes']);
    expect(said(plain, 'MemoryDenyWriteExecute')).toEqual(['yes']);
    expect(said(plain, 'SystemCallFilter')).toEqual(['@system-service', '~@privileged @resources']);
  });

  it('lets it write its folders, of which one below /run may not be there yet', () => {
    expect(said(plain, 'ReadWritePaths')).toEqual(['/etc/redis', '-/run/redis', '/var/lib/redis']);
  });

  it('takes the group of the account unless told', () => {
    expect(said(plain, 'Group')).toEqual(['redis']);
    expect(said({ ...plain, group: 'cache' }, 'Group')).toEqual(['cache']);
    const { user: _, ...unnamed } = plain;
    expect(said(unnamed, 'User')).toEqual([]);
  });
});

describe('what a server needs beyond that is opened, and said', () => {
  it('a port below 1024', () => {
    const needs = { ...plain, ports: [6379, 443] };
    expect(said(needs, 'CapabilityBoundingSet')).toEqual(['CAP_NET_BIND_SERVICE']);
    expect(said(needs, 'AmbientCapabilities')).toEqual(['CAP_NET_BIND_SERVICE']);
    expect(said(needs, 'PrivateUsers')).toEqual(['no']);
    expect(opened(needs)).toEqual(['CapabilityBoundingSet', 'PrivateUsers']);
    expect(opened({ ...plain, ports: [0] })).toEqual([]);
  });

  it.each([{ modules: true }, { scripts: true }])('code made at run time: %j', (more) => {
    expect(said({ ...plain, ...more }, 'MemoryDenyWriteExecute')).toEqual(['no']);
    expect(opened({ ...plain, ...more })).toEqual(['MemoryDenyWriteExecute']);
  });

  it('a socket in /tmp that others look for', () => {
    const needs = { ...plain, writes: ['/tmp/redis.sock'] };
    expect(said(needs, 'PrivateTmp')).toEqual(['no']);
    expect(opened(needs)).toEqual(['PrivateTmp']);
  });

  it('data and a program in a home folder, and no other home', () => {
    const needs = {
      ...plain,
      writes: ['/home/app/data', '/var/log/redis'],
      reads: ['/root/redis', '/etc/ssl'],
    };
    expect(said(needs, 'ProtectHome')).toEqual(['tmpfs']);
    expect(said(needs, 'BindPaths')).toEqual(['/home/app/data']);
    expect(said(needs, 'BindReadOnlyPaths')).toEqual(['/root/redis']);
    expect(said(needs, 'ReadWritePaths')).toEqual(['/var/log/redis']);
    expect(opened(needs)).toEqual(['ProtectHome']);
  });

  it('a umask that says who may connect to its socket', () => {
    expect(said({ ...plain, socketByUmask: true }, 'UMask')).toEqual([]);
    expect(said(plain, 'UMask')).toEqual(['0077']);
  });

  it('processors of its choice', () => {
    expect(said({ ...plain, pinned: true }, 'SystemCallFilter')).toEqual(['@system-service', '~@privileged']);
  });

  it('files for all its clients, and never fewer than the unit grants', () => {
    expect(said({ ...plain, clients: 200_000 }, 'LimitNOFILE')).toEqual(['201024']);
    for (const now of ['infinity', '1048576', '1048576:2097152'])
      expect(said({ ...plain, unit: { LimitNOFILE: now } }, 'LimitNOFILE')).toEqual([now]);
    expect(said({ ...plain, unit: { LimitNOFILE: '1024' } }, 'LimitNOFILE')).toEqual(['65535']);
  });

  it('no packets but its own where it listens on loopback only', () => {
    expect(said({ ...plain, loopbackOnly: true }, 'IPAddressDeny')).toEqual(['any']);
    expect(said({ ...plain, loopbackOnly: true }, 'IPAddressAllow')).toEqual(['localhost']);
    expect(said(plain, 'IPAddressDeny')).toEqual([]);
  });
});

describe('hostile names', () => {
  it.each(['', '0', 'a b', 'a\nUser=root', '%u', '-x', 'a'.repeat(33)])(
    'of accounts are refused: %j',
    (user) => {
      expect(() => sandboxDropIn({ ...plain, user })).toThrow(RangeError);
    },
  );

  it.each(['', 'relative', '/', '/a\nb', '/a\0b', '/a\u001bb'])('of paths are refused: %j', (path) => {
    expect(() => sandboxDropIn({ ...plain, writes: [path] })).toThrow(RangeError);
    expect(() => sandboxDropIn({ ...plain, reads: [path] })).toThrow(RangeError);
  });

  it('of paths are one word to systemd, and never another line', () => {
    expect(unitWord('/srv/my data/50%')).toBe('"/srv/my data/50%%"');
    expect(unitWord('/srv/a"b\\c')).toBe(String.raw`"/srv/a\"b\\c"`);
    const usual = sandboxDropIn(plain).text.split('\n').length;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
        const path = `/srv/x${name}`;
        try {
          expect(sandboxDropIn({ ...plain, writes: [...plain.writes, path] }).text.split('\n').length).toBe(
            usual + 1,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect(path).toMatch(/[\u0000-\u001f\u007f]/);
        }
      }),
    );
  });
});
