import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAddress, isContainerBridge, joinHostPort, kindOf, networkOf } from './index.ts';

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

describe('laws', () => {
  const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  const nearly = fc
    .array(fc.constantFrom(...Array.from('0123456789abf.:%/'), '::', '255', 'ffff', '::ffff:'), {
      maxLength: 14,
    })
    .map((parts) => parts.join(''));

  it('what is an address is what the system takes for one', () => {
    fc.assert(
      fc.property(fc.oneof(address, nearly, fc.string()), (text) => {
        fc.pre(!text.includes('%'));
        expect(isAddress(text)).toBe(isIP(text) !== 0);
      }),
      { numRuns },
    );
  });

  it('has a kind exactly if it is an address, and any text may be asked', () => {
    fc.assert(
      fc.property(fc.oneof(address, nearly, fc.string()), (text) => {
        expect(kindOf(text) !== undefined).toBe(isAddress(text));
      }),
      { numRuns },
    );
    expect(isAddress('1:'.repeat(1e6))).toBe(false);
  });

  it('an IPv4 address carried in IPv6 is judged as itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(kindOf(`::ffff:${text}`)).toBe(kindOf(text));
      }),
      { numRuns },
    );
  });

  it('a network lies in every wider one', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), fc.nat(32), (text, a, b) => {
        const inner = networkOf(text, Math.max(a, b))?.split('/')[0] ?? '';
        expect(networkOf(inner, Math.min(a, b))).toBe(networkOf(text, Math.min(a, b)));
      }),
      { numRuns },
    );
  });
});

it('knows the bridges of containers by name, and nothing else', () => {
  for (const name of ['docker0', 'br-0123456789ab', 'podman1', 'cni0', 'virbr0', 'lxdbr0'])
    expect(isContainerBridge(name), name).toBe(true);
  for (const name of ['eth0', 'br0', 'br-lan', 'wlan0', 'lo', 'docker'])
    expect(isContainerBridge(name), name).toBe(false);
});
