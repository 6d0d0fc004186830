import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDebianVersions, parseDebianVersion } from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

describe('compareDebianVersions decides as dpkg does', () => {
  test.each([
    ['1.0~rc1', '1.0'],
    ['1.0~~', '1.0~~a'],
    ['1.0~~a', '1.0~'],
    ['1.0~', '1.0'],
    ['1.0', '1.0a'],
    ['1.0a', '1.0+'],
    ['1.0-1', '1.0-1.1'],
    ['1.0-1', '1.0-2'],
    ['1.0-9', '1.0-10'],
    ['2.0', '1:1.0'],
    ['7.0.15-1', '7.0.15-1build1'],
    ['5:7.0.15-1~deb12u7', '5:7.0.15-1~deb12u10'],
    ['5:7.0.15-1~deb12u5', '5:7.0.15-1'],
    ['5:6.0.16-1+deb11u1', '5:6.0.16-1+deb11u2'],
    ['5:5.0.7-2ubuntu0.1~esm1', '5:5.0.7-2ubuntu0.1'],
    ['5:5.0.7-2ubuntu0.1', '5:5.0.7-2ubuntu0.1+esm1'],
    ['5:6.0.16-1ubuntu1+esm1', '5:6.0.16-1ubuntu1.1'],
    ['1:10.11.6-0+deb12u1', '1:10.11.9+maria~deb12'],
    ['6:8.2.2-1rl1~bookworm1', '6:8.2.10-1rl1~bookworm1'],
    ['1.99999999999999999998', '1.99999999999999999999'],
  ])('%s < %s', (older, newer) => {
    expect(compareDebianVersions(older, newer)).toBeLessThan(0);
    expect(compareDebianVersions(newer, older)).toBeGreaterThan(0);
  });

  test.each([
    ['1.0', '0:1.0'],
    ['1.0', '1.0-0'],
    ['1.0', '1.00'],
    ['1.0-1', '1.0-01'],
  ])('%s = %s', (left, right) => expect(compareDebianVersions(left, right)).toBe(0));

  const anyPackage = fc.string({
    unit: fc.constantFrom('0', '1', '2', '7', 'a', 'u', '+', '~', '-', '.', ':'),
    maxLength: 12,
  });

  test('is a total order, on any text', () => {
    fc.assert(
      fc.property(anyPackage, anyPackage, anyPackage, (a, b, c) => {
        expect(Math.sign(compareDebianVersions(a, b)) + Math.sign(compareDebianVersions(b, a))).toBe(0);
        if (compareDebianVersions(a, b) <= 0 && compareDebianVersions(b, c) <= 0) {
          expect(compareDebianVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns },
    );
  });
});

test('the revision follows the last hyphen', () => {
  expect(parseDebianVersion('5:7.0-beta-1~deb12u1')).toEqual({
    epoch: 5,
    upstream: '7.0-beta',
    revision: '1~deb12u1',
  });
});
