import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { branchOf, compareBranches, compareDebianVersions, parseVersion } from '../../lang/version/index.ts';
import { advisories, advisory, knownBranches, packageFixes, type Advisory } from './index.ts';
import { advisorySchema } from './schema.ts';

/** Fails to compile when the schema and the types written by hand part. */
export const schemaFitsType = (parsed: z.infer<typeof advisorySchema>): Advisory => parsed;

test('there are advisories, with and without a CVE', () => {
  expect(advisories.filter(({ id }) => id.startsWith('CVE-')).length).toBeGreaterThanOrEqual(76);
  expect(advisories.filter(({ id }) => id.startsWith('REDIS-SEC-')).length).toBeGreaterThanOrEqual(14);
});

test.each(advisories.map((entry) => [entry.id, entry] as const))(
  '%s has the shape of an advisory',
  (_, entry) => {
    const { error } = advisorySchema.safeParse(entry);
    expect(error === undefined ? undefined : z.prettifyError(error)).toBeUndefined();
  },
);

test('ids are unique, and related ones exist', () => {
  expect(new Set(advisories.map(({ id }) => id)).size).toBe(advisories.length);
  const missing = advisories
    .flatMap(({ related = [] }) => related)
    .filter((id) => advisory(id) === undefined);
  expect(missing).toEqual([]);
});

test('every advisory says something about a product, and its fixes lie in their branch', () => {
  for (const entry of advisories) {
    const said = Object.values(entry.products);
    expect(said.length, entry.id).toBeGreaterThan(0);
    for (const ranges of said) {
      if (ranges === undefined || 'notAffected' in ranges) continue;
      for (const { branch, introduced, fixed } of ranges.branches) {
        if (branch === '*') continue;
        for (const text of [introduced, fixed]) {
          const version = parseVersion(text ?? '');
          if (version !== undefined) expect(branchOf(version), entry.id).toBe(branch);
        }
      }
    }
  }
});

test('no branch between the first and the last affected one is left unsaid', () => {
  for (const entry of advisories) {
    for (const product of ['redis', 'valkey'] as const) {
      const ranges = entry.products[product];
      if (ranges === undefined || 'notAffected' in ranges || ranges.branches[0]?.branch === '*') continue;
      const listed = ranges.branches.map(({ branch }) => branch);
      const [first = '', last = ''] = [listed[0], listed.at(-1)];
      const between = knownBranches[product]?.filter(
        (branch) => compareBranches(branch, first) >= 0 && compareBranches(branch, last) <= 0,
      );
      expect(listed, entry.id).toEqual(between);
      if (ranges.since === undefined) expect(first, entry.id).toBe(knownBranches[product]?.[0]);
    }
  }
});

test('what is reached without a login says so', () => {
  for (const { id, prerequisites, reach } of advisories) {
    if (reach.from === 'network' || reach.from === 'bus') expect(prerequisites, id).toContain('unauth');
    if (reach.from === 'session') expect(prerequisites, id).toContain('auth');
    if (reach.from === 'client') expect(prerequisites, id).toContain('client-tool');
    if (prerequisites.includes('lua')) expect(reach.commands.length, id).toBeGreaterThan(0);
  }
});

describe('fixed revisions of packages', () => {
  test('name known advisories and products', () => {
    for (const { product, fixes } of packageFixes) {
      for (const id of Object.keys(fixes))
        expect(advisory(id)?.products[product], `${id} ${product}`).toBeDefined();
    }
  });

  test('are versions of packages', () => {
    const revisions = packageFixes
      .flatMap(({ fixes }) => Object.values(fixes))
      .filter((revision) => revision !== '0');
    for (const revision of revisions)
      expect(compareDebianVersions(revision, '0'), revision).toBeGreaterThan(0);
    expect(revisions.length).toBeGreaterThan(20);
  });
});
