import { describe, expect, it } from 'vitest';
import { isPublic, parseTarget } from './parse-target.ts';
import { UsageError } from './usage-error.ts';

const parse = (text: string) => parseTarget(text, (path) => path === 'here');

describe('targets', () => {
  it.each([
    ['redis://10.0.0.1', { kind: 'tcp', host: '10.0.0.1', port: 6379, tls: false }],
    ['rediss://cache.example:7000/0?db=1', { kind: 'tcp', host: 'cache.example', port: 7000, tls: true }],
    ['redis://[::1]:6380', { kind: 'tcp', host: '::1', port: 6380, tls: false }],
    ['unix:///run/redis.sock', { kind: 'unix', path: '/run/redis.sock' }],
    ['localhost', { kind: 'tcp', host: 'localhost', port: 6379, tls: false }],
    ['localhost:7001', { kind: 'tcp', host: 'localhost', port: 7001, tls: false }],
    ['::1', { kind: 'tcp', host: '::1', port: 6379, tls: false }],
    ['[::1]:7001', { kind: 'tcp', host: '::1', port: 7001, tls: false }],
    ['/etc/redis/redis.conf', { kind: 'conf', path: '/etc/redis/redis.conf' }],
    ['redis.conf', { kind: 'conf', path: 'redis.conf' }],
    ['here', { kind: 'conf', path: 'here' }],
    ['./snap.json', { kind: 'snapshot', path: './snap.json' }],
  ])('%s', (text, target) => expect(parse(text).target).toEqual(target));

  it('keeps credentials apart from the target', () => {
    expect(parse('redis://app:p%40ss:word@db:6379')).toEqual({
      target: { kind: 'tcp', host: 'db', port: 6379, tls: false, user: 'app' },
      user: 'app',
      password: 'p@ss:word',
    });
    expect(parse('redis://:only@db')).toMatchObject({ password: 'only' });
  });

  it.each([
    'redis://',
    'http://x',
    'redis://h:0',
    'redis://h:65536',
    'redis://h:x',
    '010.0.0.1',
    '1.2.3',
    'a:b:c',
    'redis://u:p@q@h',
    'unix://relative',
    'bad host',
    'redis://u:%zz@h',
  ])('refuses %s and says what to write', (text) => {
    let caught: unknown;
    try {
      parse(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UsageError);
    expect((caught as UsageError).hint.length).toBeGreaterThan(10);
  });

  it('never repeats a password in an error', () => {
    for (const text of [
      'redis://u:CANARY@h:99999',
      'redis://u:CANARY@',
      'redis://u:CANARY@x@y',
      'redis://u:CANARY%zz@h',
    ]) {
      try {
        parse(text);
        expect.unreachable();
      } catch (error) {
        expect(`${(error as Error).message} ${(error as UsageError).hint}`).not.toContain('CANARY');
      }
    }
  });
});

it('knows what is public', () => {
  expect(isPublic('8.8.8.8')).toBe(true);
  expect(isPublic('10.0.0.1')).toBe(false);
  expect(isPublic('127.0.0.1')).toBe(false);
});
