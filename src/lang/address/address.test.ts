import { describe, expect, it } from 'vitest';
import { isAddress, joinHostPort, kindOf, networkOf } from './index.ts';

describe('what is an address', () => {
  it.each([
    '010.0.0.1',
    '1.2.3',
    '256.1.1.1',
    '10.0.0.0/33',
    ' 10.0.0.1',
    '1::2::3',
    '',
    'localhost',
    '*',
    '10.0.0.0/8',
  ])('not %j', (text) => expect(isAddress(text)).toBe(false));
  it.each(['10.0.0.1', '::', '::1', 'fe80::1%eth0', '::ffff:10.0.0.1'])('%s', (text) =>
    expect(isAddress(text)).toBe(true),
  );
});

describe('what it is good for', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['127.0.0.53', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'private'],
    ['192.0.2.1', 'private'],
    ['fd00::1', 'private'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:8.8.8.8', 'public'],
  ] as const)('%s is %s', (text, kind) => expect(kindOf(text)).toBe(kind));
});

it('names the network of an address', () => {
  expect(networkOf('10.1.2.3', 16)).toBe('10.1.0.0/16');
  expect(networkOf('2001:db8::5', 64)).toBe('2001:db8::/64');
  expect(networkOf('10.1.2.3', 33)).toBeUndefined();
  expect(networkOf('nonsense', 8)).toBeUndefined();
});

it('joins host and port', () => {
  expect(joinHostPort('::1', 6379)).toBe('[::1]:6379');
});
