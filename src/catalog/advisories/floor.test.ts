import { describe, expect, test } from 'vitest';
import { compareVersions, parseVersion, type Product } from '../../lang/version/index.ts';
import { advisories, advisoriesFor, dataDate, endOfLife, floorFor, floors, knownBranches } from './index.ts';

describe('floorFor', () => {
  test.each([
    ['redis', '6.2.23', 'below'],
    ['redis', '6.2.24', 'at'],
    ['redis', '7.2.16', 'at'],
    ['redis', '7.4.10', 'below'],
    ['redis', '8.2.9', 'below'],
    ['redis', '8.8.3', 'at'],
    ['redis', '8.10.1', 'below'],
    ['redis', '8.10.2', 'at'],
    ['redis', '8.10-rc2', 'below'],
    ['redis', '5.0.14', 'dead'],
    ['redis', '6.0.20', 'dead'],
    ['redis', '7.0.15', 'dead'],
    ['redis', '8.0.6', 'dead'],
    ['redis', '8.12.0', 'unknown'],
    ['redis', '255.255.255', 'unknown'],
    ['redis', 'nonsense', 'unknown'],
    ['valkey', '7.2.4', 'unknown'],
    ['valkey', '7.2.14', 'at'],
    ['valkey', '8.0.8', 'below'],
    ['valkey', '8.0.9', 'below'],
    ['valkey', '8.0.10', 'at'],
    ['valkey', '9.1.2', 'at'],
    ['keydb', '6.3.4', 'dead'],
    ['dragonfly', 'df-v1.39.2', 'below'],
    ['dragonfly', 'v1.40.0', 'at'],
    ['kvrocks', '2.9.0', 'unknown'],
    ['garnet', '1.0.61', 'unknown'],
  ] as const)('%s %s is %s', (product, version, state) => {
    expect(floorFor(product, version).state).toBe(state);
  });

  test('names the release to go to', () => {
    expect(floorFor('redis', '8.2.3')).toMatchObject({ state: 'below', floor: '8.2.10' });
  });
});

describe('endOfLife', () => {
  test.each([
    ['redis', '7.0.15', '2026-09-21', 'past'],
    ['redis', '8.0.6', '2026-11-30', 'supported'],
    ['redis', '8.0.6', '2026-12-01', 'supported'],
    ['redis', '8.0.6', '2026-12-02', 'past'],
    ['redis', '8.10.2', '2026-09-21', 'unknown'],
    ['valkey', '8.0.10', '2027-09-16', 'past'],
    ['valkey', '9.1.1', '2026-09-21', 'unknown'],
    ['keydb', '6.3.4', '2026-09-21', 'unknown'],
    ['redis', '7.2.16', 'today', 'unknown'],
  ] as const)('%s %s on %s: %s', (product, version, today, state) => {
    expect(endOfLife(product, version, today).state).toBe(state);
  });
});

test('every known branch has a floor or is said to have none', () => {
  for (const [product, branches] of Object.entries(knownBranches) as [Product, readonly string[]][]) {
    expect(floors[product]?.branches.map(({ branch }) => branch)).toEqual(branches);
    expect((floors[product]?.date ?? '') <= dataDate).toBe(true);
  }
});

/** A release at the floor may still be open where the vendor is silent or the fix is only a switch, never more. */
test('no advisory accuses a release at its floor', () => {
  for (const product of ['redis', 'valkey'] as const) {
    for (const { floor } of floors[product]?.branches ?? []) {
      if (floor === 'none') continue;
      const accused = advisoriesFor(product, floor, {
        packaged: false,
        bits: 32,
        modules: ['bf', 'timeseries', 'search'],
      });
      expect(accused.filter(({ state }) => state === 'affected').map(({ id }) => `${floor} ${id}`)).toEqual(
        [],
      );
    }
  }
});

test('no floor is older than a fix in its branch', () => {
  for (const product of ['redis', 'valkey'] as const) {
    for (const { branch, floor } of floors[product]?.branches ?? []) {
      const lowest = parseVersion(floor);
      if (lowest === undefined) continue;
      for (const { id, products } of advisories) {
        const ranges = products[product];
        if (ranges === undefined || 'notAffected' in ranges) continue;
        const fixed = parseVersion(ranges.branches.find((range) => range.branch === branch)?.fixed ?? '');
        if (fixed !== undefined)
          expect(compareVersions(fixed, lowest), `${id} ${floor}`).toBeLessThanOrEqual(0);
      }
    }
  }
});
