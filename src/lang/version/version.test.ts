import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  branchOf,
  compareBranches,
  compareVersions,
  compareVersionTexts,
  knownVersion,
  parseVersion,
  type Product,
  type Version,
} from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

const read = (text: string, product?: Product): Version => {
  const version = parseVersion(text, product);
  if (version === undefined) throw new Error(`${text} is not read as a version`);
  return version;
};

describe('parseVersion', () => {
  test.each([
    ['7.0.15', [7, 0, 15]],
    ['8.10.2', [8, 10, 2]],
    ['v1.40.0', [1, 40, 0]],
    ['df-v1.40.0', [1, 40, 0]],
    ['2.9.0', [2, 9, 0]],
    ['1.0.61', [1, 0, 61]],
    ['  7.2.4\r\n', [7, 2, 4]],
    ['8.0', [8, 0, 0]],
    ['8.1.1+dfsg1', [8, 1, 1]],
  ])('%s', (text, numbers) => {
    const { major, minor, patch, pre, unstable } = read(text);
    expect([major, minor, patch]).toEqual(numbers);
    expect({ pre, unstable }).toEqual({ pre: undefined, unstable: false });
  });

  test.each([
    ['6.0-rc2', 'candidate', 2],
    ['9.1.0-rc1', 'candidate', 1],
    ['8.0-m01', 'milestone', 1],
    ['8.10-RC1', 'candidate', 1],
    ['5:7.0~rc2-2', 'candidate', 2],
    ['5.0.0-beta3', 'beta', 3],
  ])('%s is a pre-release', (text, stage, number) => {
    expect(read(text).pre).toEqual({ stage, number });
  });

  test.each([
    ['6.9.240', '7.0', 'candidate', 1],
    ['7.3.240', '7.4', 'candidate', 1],
    ['7.9.224', '8.0', 'milestone', 1],
    ['8.9.240', '8.10', 'candidate', 1],
    ['4.9.104', '5.0', 'candidate', 4],
    ['5.9.102', '6.0', 'candidate', 2],
  ])('%s is how a pre-release of %s names itself', (text, branch, stage, number) => {
    const version = read(text, 'redis');
    expect(branchOf(version)).toBe(branch);
    expect(version.pre).toEqual({ stage, number });
  });

  test('such numbers mean nothing to servers that are not Redis or its forks', () => {
    expect(read('1.1.120', 'garnet')).toMatchObject({ major: 1, minor: 1, patch: 120 });
    expect(read('1.1.120', 'garnet').pre).toBeUndefined();
  });

  test.each(['255.255.255', '999.999.999'])('%s is a development build', (text) => {
    const version = read(text);
    expect(version.unstable).toBe(true);
    expect(branchOf(version)).toBe('unstable');
  });

  test.each([
    ['5:7.0.15-1~deb12u5', [7, 0, 15], '1~deb12u5'],
    ['5:6.0.16-1ubuntu1.1', [6, 0, 16], '1ubuntu1.1'],
    ['6.2.18-1.el9_5', [6, 2, 18], '1.el9_5'],
    ['8.1.1+dfsg1-3+deb13u2', [8, 1, 1], '3+deb13u2'],
    ['6:7.4.2-1rl1~bookworm1', [7, 4, 2], '1rl1~bookworm1'],
  ])('%s is of a package', (text, numbers, revision) => {
    const version = read(text);
    expect([version.major, version.minor, version.patch]).toEqual(numbers);
    expect(version.revision).toBe(revision);
  });

  test('7.4.0-v1, a bundle with modules, is 7.4.0 and no package', () => {
    expect(read('7.4.0-v1')).toEqual({ text: '7.4.0-v1', major: 7, minor: 4, patch: 0, unstable: false });
  });

  test.each(['', 'unstable', 'redis', '7', '.7.0', '-1.2.3', '1'.repeat(201), `${'9'.repeat(40)}.1.1`])(
    '%j is no version',
    (text) => expect(parseVersion(text)).toBeUndefined(),
  );

  test('any text is read without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({
            unit: fc.constantFrom('0', '1', '9', '.', '-', ':', '~', '+', 'r', 'c', 'm', 'd', 'f', 'v'),
          }),
        ),
        (text) => {
          const version = parseVersion(text);
          if (version !== undefined) expect(compareVersions(version, version)).toBe(0);
        },
      ),
      { numRuns },
    );
  });
});

const anyVersion: fc.Arbitrary<Version> = fc
  .tuple(
    fc.nat(12),
    fc.nat(12),
    fc.nat(12),
    fc.constantFrom('', '', '-rc1', '-rc2', '-m01', '-beta1', '-1~deb12u1'),
  )
  .map(([major, minor, patch, tail]) => read(`${major}.${minor}.${patch}${tail}`));

describe('compareVersions', () => {
  test.each([
    ['8.8.3', '8.10.0'],
    ['7.0.9', '7.0.15'],
    ['6.0-rc2', '6.0.0'],
    ['8.0-m01', '8.0-rc1'],
    ['7.9.224', '8.0-rc1'],
    ['7.9.224', '8.0.0'],
    ['7.4.9', '7.9.224'],
    ['7.4.9', '255.255.255'],
  ])('%s comes before %s', (older, newer) => {
    expect(compareVersions(read(older), read(newer))).toBeLessThan(0);
    expect(compareVersions(read(newer), read(older))).toBeGreaterThan(0);
  });

  test("a packager's revision does not move a release", () => {
    expect(compareVersions(read('5:7.0.15-1~deb12u5'), read('7.0.15'))).toBe(0);
  });

  test('is a total order', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns },
    );
  });

  test('a later branch holds only later releases', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (a, b) => {
        const order = compareBranches(branchOf(a), branchOf(b));
        if (order !== 0) expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(order));
      }),
      { numRuns },
    );
  });
});

describe('knownVersion', () => {
  test.each([
    ['7', [7, 0, 0]],
    ['999', [999, 0, 0]],
    ['8.0-m01', [8, 0, 0]],
    ['7.9.224', [8, 0, 0]],
    ['', [0, 0, 0]],
    ['unstable', [0, 0, 0]],
    ['x'.repeat(1000), [0, 0, 0]],
  ])('%s', (text, numbers) => {
    const { major, minor, patch } = knownVersion(text);
    expect([major, minor, patch]).toEqual(numbers);
  });

  test('is compared by what is in it: a candidate has what its release has', () => {
    expect(compareVersionTexts('6.9.240', '7.0.0')).toBe(0);
    const texts = ['8.0.0', 'nonsense', '7.9.224', '8.10.0', '7', '255.255.255', '8.2.0'];
    expect(texts.toSorted(compareVersionTexts)).toEqual([
      'nonsense',
      '7',
      '7.9.224',
      '8.0.0',
      '8.2.0',
      '8.10.0',
      '255.255.255',
    ]);
  });
});

describe('compareBranches', () => {
  test('8.10 comes after 8.8, and unstable last', () => {
    expect(['unstable', '8.10', '8.8', '7.2', '8.2'].toSorted(compareBranches)).toEqual([
      '7.2',
      '8.2',
      '8.8',
      '8.10',
      'unstable',
    ]);
  });
});
