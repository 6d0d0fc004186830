import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sshPlace } from './ssh.ts';
import { checkTarget, nameOfTarget, wordsOfTarget } from './ssh-target.ts';

describe('a target of ssh', () => {
  it.each([
    { host: 'db1' },
    { host: 'db-1.example.org', user: 'ops', port: 2222 },
    { host: 'my_alias', user: 'j.doe' },
    { host: '10.0.0.5', user: 'ops+x' },
    { host: '::1' },
    { host: 'fe80::1%eth0' },
  ])('is taken: %j', (target) => {
    expect(checkTarget(target)).toEqual(target);
  });

  it.each([
    '-oProxyCommand=touch /tmp/x',
    '',
    '.',
    'a b',
    'a;b',
    '$(id)',
    '`id`',
    "a'b",
    'a"b',
    'a\\b',
    'a\nb',
    'a|b',
    'a%h',
    'user@host',
    'ssh://host',
    '[::1]',
    'fe80::1%;id',
    'fe80::1%-x',
    'a\u0000b',
    'ä',
    'a'.repeat(254),
  ])('has no such host: %j', (host) => {
    expect(() => sshPlace({ host })).toThrow(RangeError);
  });

  it.each(['-l', '', 'a b', '$(id)', 'a;b', 'a`b', "a'b", 'a\nb', 'a%r', 'a:b', 'a/b', 'a@b'])(
    'has no such user: %j',
    (user) => {
      expect(() => sshPlace({ host: 'db1', user })).toThrow(RangeError);
    },
  );

  it.each([0, -1, 65_536, 1.5, Number.NaN])('has no such port: %d', (port) => {
    expect(() => sshPlace({ host: 'db1', port })).toThrow(RangeError);
  });

  it('that was taken has nothing in it that a shell, an option or ssh_config reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (host, user) => {
        try {
          checkTarget({ host, user });
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(`${host} ${user}`).toMatch(/^[A-Za-z0-9_:][A-Za-z0-9._:%-]* [A-Za-z0-9_][A-Za-z0-9._+-]*$/);
      }),
    );
  });

  it('stands behind --', () => {
    expect(wordsOfTarget({ user: 'ops', host: 'db1', port: 22 })).toEqual([
      '-l',
      'ops',
      '-p',
      '22',
      '--',
      'db1',
    ]);
  });

  it('is named as a plan names it', () => {
    expect(nameOfTarget({ host: 'db1' })).toBe('ssh://db1');
    expect(nameOfTarget({ host: '::1', user: 'ops', port: 2222 })).toBe('ssh://ops@[::1]:2222');
  });
});
