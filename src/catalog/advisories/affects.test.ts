import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseVersion, products, type Product } from '../../lang/version/index.ts';
import {
  advisories,
  advisoriesFor,
  knownBranches,
  revokedRelease,
  type AdvisoryContext,
  type AdvisoryState,
  type Judgement,
} from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 200;
const words = (text: string): readonly string[] => text.split(' ');
const upstream: AdvisoryContext = { packaged: false };

const judged = (
  id: string,
  product: Product,
  version: string,
  context: AdvisoryContext = upstream,
): Judgement => {
  const found = advisoriesFor(product, version, context).find((judgement) => judgement.id === id);
  if (found === undefined) throw new Error(`${id} says nothing about ${product}`);
  return found;
};

const state = (...asked: Parameters<typeof judged>): AdvisoryState => judged(...asked).state;

const states = (id: string, product: Product, ...versions: readonly string[]): readonly AdvisoryState[] =>
  versions.map((version) => state(id, product, version));

/** The release right before another one. */
function before(version: string): string {
  const candidate = /^(.*-rc)(\d+)$/.exec(version);
  if (candidate !== null)
    return candidate[2] === '1'
      ? version.replace('-rc1', '-m99')
      : `${candidate[1]}${Number(candidate[2]) - 1}`;
  const [major, minor, patch] = version.split('.').map(Number);
  return patch === 0 ? `${version}-rc9` : `${major}.${minor}.${Number(patch) - 1}`;
}

describe('every fix separates affected from fixed', () => {
  const everything: AdvisoryContext = {
    packaged: false,
    bits: 32,
    modules: ['bf', 'timeseries', 'search', 'other'],
  };
  const fixes = advisories.flatMap((advisory) =>
    products.flatMap((product) => {
      const ranges = advisory.products[product];
      if (ranges === undefined || 'notAffected' in ranges) return [];
      return ranges.branches
        .filter(({ fixed }) => parseVersion(fixed) !== undefined)
        .map(({ fixed }) => ({
          advisory,
          product,
          fixed,
          below: ranges.belowUnknown === true ? 'unknown' : 'affected',
        }));
    }),
  );

  test('there are hundreds of them', () => expect(fixes.length).toBeGreaterThan(300));

  // Two depend on more than the version: see "what the version cannot tell".
  const byVersion = fixes.filter(
    ({ advisory }) =>
      advisory.needsSetting === undefined && !advisory.prerequisites.includes('build:allocator'),
  );

  test.each(byVersion.map((fix) => [fix.advisory.id, fix.product, fix.fixed, fix.below] as const))(
    '%s: %s %s',
    (id, product, fixed, below) => {
      expect(state(id, product, fixed, everything)).toBe('fixed');
      expect(state(id, product, before(fixed), everything)).toBe(below);
    },
  );

  test('and stays fixed in all later releases of the branch', () => {
    fc.assert(
      fc.property(fc.constantFrom(...byVersion), fc.nat(60), ({ advisory, product, fixed }, later) => {
        const [major, minor, patch] = (fixed.split('-')[0] ?? '').split('.').map(Number);
        const version = `${major}.${minor}.${Number(patch) + later}`;
        fc.pre(product !== 'keydb' || later === 0);
        fc.pre(Number(minor) % 2 === 0 || Number(patch) + later < 100);
        expect(state(advisory.id, product, version, everything)).toBe('fixed');
      }),
      { numRuns },
    );
  });

  test('and no release below `since` is accused', () => {
    for (const advisory of advisories) {
      const ranges = advisory.products.redis;
      if (ranges === undefined || 'notAffected' in ranges || ranges.since === undefined) continue;
      const judgement = state(advisory.id, 'redis', before(ranges.since), { ...everything, modules: [] });
      expect(judgement, advisory.id).toBe('not-affected');
    }
  });
});

describe('errors of public feeds that must not come back', () => {
  test('1: fixes of 2024 are in Redis 7.2.6 and 7.2.7, not first in 7.2.8', () => {
    expect(states('CVE-2024-46981', 'redis', '7.2.6', '7.2.7')).toEqual(['affected', 'fixed']);
    expect(states('CVE-2024-51741', 'redis', '7.2.6', '7.2.7')).toEqual(['affected', 'fixed']);
    for (const id of ['CVE-2024-31227', 'CVE-2024-31228', 'CVE-2024-31449']) {
      expect(states(id, 'redis', '7.2.5', '7.2.6'), id).toEqual(['affected', 'fixed']);
    }
  });

  test('2: CVE-2025-21605 has its own end in every branch', () => {
    expect(states('CVE-2025-21605', 'redis', '6.2.17', '6.2.18')).toEqual(['affected', 'fixed']);
    expect(states('CVE-2025-21605', 'redis', '7.2.7', '7.2.8', '7.4.2', '7.4.3')).toEqual(
      words('affected fixed affected fixed'),
    );
    expect(states('CVE-2025-21605', 'redis', '8.0-rc1', '8.0.0')).toEqual(['affected', 'fixed']);
  });

  test('3: Valkey 7.2.8 has the fixes of 8.0.2', () => {
    for (const id of ['CVE-2024-46981', 'CVE-2024-51741']) {
      expect(states(id, 'valkey', '7.2.7', '7.2.8', '7.2.9', '8.0.1', '8.0.2'), id).toEqual(
        words('affected fixed fixed affected fixed'),
      );
    }
  });

  test('4: what Redis fixed before 7.2.4 never was in Valkey', () => {
    const old = advisories.filter(({ id }) => /^CVE-20(1\d|2[0-3])-/.test(id));
    expect(old.length).toBeGreaterThan(40);
    for (const { id } of old) expect(state(id, 'valkey', '7.2.5'), id).toBe('not-affected');
  });

  test('5: KeyDB 6.3.4 has none of the fixes that came after its source', () => {
    const open = words(
      'CVE-2022-24735 CVE-2022-24834 CVE-2022-36021 CVE-2023-45145 CVE-2024-31228 CVE-2024-31449 ' +
        'CVE-2024-46981 CVE-2025-21605 CVE-2025-32023 CVE-2025-46817 CVE-2025-49844',
    );
    for (const id of open)
      expect(states(id, 'keydb', '6.2.0', '6.3.4'), id).toEqual(['affected', 'affected']);
    const closed = ['CVE-2022-35977', 'CVE-2023-22458', 'CVE-2023-25155', 'CVE-2023-28856'];
    for (const id of closed) expect(states(id, 'keydb', '6.3.3', '6.3.4'), id).toEqual(['unknown', 'fixed']);
  });

  test('6: CVE-2020-14147 is fixed in 5.0.8 and in all of 6.0', () => {
    expect(states('CVE-2020-14147', 'redis', '5.0.7', '5.0.8')).toEqual(['affected', 'fixed']);
    expect(states('CVE-2020-14147', 'redis', '6.0-rc1', '6.0.0', '6.0.2')).toEqual([
      'affected',
      'fixed',
      'fixed',
    ]);
  });

  test('7: CVE-2021-31294 is still in 6.2.0 to 6.2.2', () => {
    expect(states('CVE-2021-31294', 'redis', '6.0.20', '6.2.0', '6.2.2', '6.2.3')).toEqual(
      words('affected affected affected fixed'),
    );
  });

  test('8: the faults of May 2026 are fixed in older branches too', () => {
    for (const id of ['CVE-2026-23479', 'CVE-2026-23631', 'CVE-2026-25243']) {
      expect(states(id, 'redis', '7.2.14', '7.4.9', '8.2.6', '8.4.3', '8.6.3', '8.8.0'), id).toEqual(
        Array.from({ length: 6 }, () => 'fixed'),
      );
      expect(states(id, 'redis', '8.0.6', '8.6.2'), id).toEqual(['affected', 'affected']);
    }
    expect(states('CVE-2026-23631', 'redis', '6.2.20', '7.0.15')).toEqual(['not-affected', 'not-affected']);
  });

  test('9: CVE-2025-49844 is fixed below 8.2.2 in five branches, and in Valkey by its own number', () => {
    expect(states('CVE-2025-49844', 'redis', '6.2.20', '7.2.11', '7.4.6', '8.0.4', '8.4.0')).toEqual(
      Array.from({ length: 5 }, () => 'fixed'),
    );
    expect(states('CVE-2025-49844', 'redis', '7.0.15', '8.2.1')).toEqual(['affected', 'affected']);
    expect(states('CVE-2025-49844', 'valkey', '7.2.11', '8.0.6', '8.1.4', '9.0.0')).toEqual(
      Array.from({ length: 4 }, () => 'fixed'),
    );
  });

  test('10: CVE-2025-67733 and CVE-2026-21863 are fixed in Valkey 9.0.3, not in 9.0.2', () => {
    for (const id of ['CVE-2025-67733', 'CVE-2026-21863']) {
      expect(states(id, 'valkey', '9.0.2', '9.0.3'), id).toEqual(['affected', 'fixed']);
    }
  });
});

describe('traps in numbers', () => {
  test('8.10 is newer than 8.8', () => {
    expect(states('REDIS-SEC-2026-08-vset', 'redis', '8.8.2', '8.10.0', '8.10.1')).toEqual([
      'fixed',
      'affected',
      'fixed',
    ]);
    expect(state('CVE-2025-49844', 'redis', '8.10.0')).toBe('fixed');
  });

  test.each(['2.8.24', '4.0.14', '5.0.14', '6.0.20', '7.0.15'])(
    '%s never got the fix of RediShell',
    (version) => {
      expect(state('CVE-2025-49844', 'redis', version)).toBe('affected');
    },
  );

  test('6.2.15 was published without the fixes that it was made for', () => {
    expect(states('CVE-2024-31449', 'redis', '6.2.15', '6.2.16')).toEqual(['affected', 'fixed']);
  });

  test('8.0.8 of Valkey was revoked', () => {
    expect(judged('CVE-2026-25243', 'valkey', '8.0.8')).toMatchObject({
      state: 'affected',
      because: expect.stringContaining('revoked'),
    });
    expect(state('CVE-2026-25243', 'valkey', '8.0.9')).toBe('fixed');
    const revoked = parseVersion('8.0.8');
    expect(revoked && revokedRelease('redis', revoked)).toBeUndefined();
  });

  test('7.2.4 is no version of Valkey, and says nothing about it', () => {
    const said = advisoriesFor('valkey', '7.2.4', upstream);
    expect(said.filter((judgement) => judgement.state === 'affected' || judgement.state === 'fixed')).toEqual(
      [],
    );
    expect(judged('CVE-2024-31449', 'valkey', '7.2.4').because).toContain('not a version of Valkey');
    expect(state('CVE-2024-31449', 'redis', '7.2.4')).toBe('affected');
  });

  test.each(['255.255.255', 'unstable', ''])('%j decides nothing', (version) => {
    const said = advisoriesFor('redis', version, {
      ...upstream,
      bits: 64,
      allocator: 'jemalloc-5.3.0',
      system: 'Linux',
    });
    expect(new Set(said.map((judgement) => judgement.state))).toEqual(new Set(['unknown', 'not-affected']));
  });

  test('a pre-release is not taken for the release', () => {
    expect(states('CVE-2024-46981', 'redis', '8.0-m01', '7.9.224', '8.0.0')).toEqual([
      'unknown',
      'unknown',
      'fixed',
    ]);
  });

  test('a branch that is newer than the data is safe only where the fault was fixed everywhere', () => {
    expect(state('CVE-2025-49844', 'redis', '8.12.0')).toBe('fixed');
    expect(state('CVE-2025-46686', 'redis', '8.12.0')).toBe('unknown');
    expect(state('CVE-2025-49844', 'keydb', '6.4.0')).toBe('unknown');
    expect(states('CVE-2020-21468', 'redis', '5.0.7', '6.0.0', '7.2.0')).toEqual(
      words('unknown not-affected not-affected'),
    );
  });
});

test('an affected server is told where to go', () => {
  expect(judged('CVE-2025-49844', 'redis', '7.2.10').fixedIn).toBe('7.2.11');
  expect(judged('CVE-2025-49844', 'redis', '7.0.15').fixedIn).toBeUndefined();
});

describe('what the vendor left open is said to be open', () => {
  test.each([
    ['REDIS-SEC-2026-08-tls', '7.2.16'],
    ['REDIS-SEC-2026-08-acl', '7.2.16'],
    ['REDIS-SEC-2026-09-exec', '8.2.10'],
    ['REDIS-SEC-2026-02-resp', '8.8.2'],
    ['REDIS-SEC-2026-01-msetex', '8.4.7'],
  ])('%s in %s', (id, version) => expect(state(id, 'redis', version)).toBe('unknown'));
});

describe('what the version cannot tell', () => {
  test('CVE-2022-0543 is a matter of Debian and Ubuntu packages only', () => {
    const id = 'CVE-2022-0543';
    expect(state(id, 'redis', '6.0.15')).toBe('not-affected');
    expect(state(id, 'redis', '6.2.5', { packaged: true, distro: { id: 'rhel', release: '9' } })).toBe(
      'not-affected',
    );
    expect(state(id, 'redis', '6.0.15', { packaged: 'unknown' })).toBe('unknown');
    const bullseye = { packaged: true, distro: { id: 'debian', release: '11' } } as const;
    expect(state(id, 'redis', '6.0.16', bullseye)).toBe('unknown');
    expect(state(id, 'redis', '6.0.16', { ...bullseye, packageRevision: '5:6.0.16-1+deb11u1' })).toBe(
      'affected',
    );
    expect(state(id, 'redis', '6.0.16', { ...bullseye, packageRevision: '5:6.0.16-1+deb11u2' })).toBe(
      'fixed',
    );
    const bookworm = { packaged: true, distro: { id: 'debian', release: '12' } } as const;
    expect(state(id, 'redis', '7.0.15', { ...bookworm, packageRevision: '5:7.0.15-1~deb12u5' })).toBe(
      'fixed',
    );
    expect(state(id, 'redis', '6.2.6', { ...bullseye, packageRevision: '6:6.2.6-1rl1~bullseye1' })).toBe(
      'not-affected',
    );
  });

  test('32-bit faults need the width', () => {
    const id = 'CVE-2021-32761';
    expect(state(id, 'redis', '6.2.4')).toBe('unknown');
    expect(state(id, 'redis', '6.2.4', { packaged: false, bits: 64 })).toBe('not-affected');
    expect(state(id, 'redis', '6.2.4', { packaged: false, bits: 32 })).toBe('affected');
  });

  test('an allocator other than jemalloc leaves it open', () => {
    expect(state('CVE-2021-3470', 'redis', '6.0.8', { packaged: false, allocator: 'jemalloc-5.1.0' })).toBe(
      'not-affected',
    );
    expect(state('CVE-2021-3470', 'redis', '6.0.8', { packaged: false, allocator: 'libc' })).toBe('unknown');
  });

  test('faults of a module need the module', () => {
    const id = 'CVE-2026-25588';
    expect(state(id, 'redis', '8.2.5')).toBe('unknown');
    expect(state(id, 'redis', '8.2.5', { packaged: false, modules: ['timeseries'] })).toBe('affected');
    expect(state(id, 'redis', '8.2.5', { packaged: false, modules: ['vectorset'] })).toBe('not-affected');
    expect(state(id, 'redis', '7.4.1', { packaged: false, modules: ['timeseries'] })).toBe('unknown');
    expect(state('REDIS-SEC-2026-03-replycopy', 'redis', '8.6.1', { packaged: false, modules: [] })).toBe(
      'not-affected',
    );
  });

  test('the cluster bus is safe by a setting, not by a version', () => {
    const id = 'REDIS-SEC-2026-09-bus';
    const set = (settings: Readonly<Record<string, string>>): AdvisoryContext => ({
      packaged: false,
      settings,
    });
    const off = { 'cluster-bus-port-protected-mode': 'no', 'tls-cluster': 'no' };
    expect(state(id, 'redis', '8.2.10')).toBe('unknown');
    expect(state(id, 'redis', '8.2.10', set(off))).toBe('affected');
    expect(state(id, 'redis', '8.2.10', set({ ...off, 'cluster-bus-port-protected-mode': 'yes' }))).toBe(
      'fixed',
    );
    expect(state(id, 'redis', '8.0.6', set({ 'tls-cluster': 'yes' }))).toBe('fixed');
    expect(state(id, 'redis', '8.0.6', set(off))).toBe('affected');
    expect(state(id, 'redis', '7.4.11')).toBe('not-affected');
  });

  test('KeyDB may claim any version, so only what no release fixed is sure', () => {
    const invented: AdvisoryContext = { packaged: false, versionMayBeInvented: true };
    expect(state('CVE-2025-49844', 'keydb', '9.9.9', invented)).toBe('affected');
    expect(state('CVE-2023-28856', 'keydb', '6.3.4', invented)).toBe('unknown');
    expect(state('CVE-2024-31449', 'redis', '7.2.6', invented)).toBe('unknown');
  });

  test('Dragonfly has copies of its own', () => {
    expect(states('CVE-2025-32023', 'dragonfly', 'df-v1.39.0', 'v1.40.0')).toEqual(['affected', 'fixed']);
    expect(states('CVE-2020-14147', 'dragonfly', 'v1.20.0', 'v1.40.0')).toEqual(['unknown', 'fixed']);
    expect(advisoriesFor('garnet', '1.0.61', upstream)).toEqual([]);
  });
});

describe('packages of distributions', () => {
  const debian: AdvisoryContext = { packaged: true, distro: { id: 'debian', release: '12' } };
  const noble: AdvisoryContext = { packaged: true, distro: { id: 'ubuntu', release: '24.04' } };

  test('without a known revision, an old version is unknown and says how to find out', () => {
    const judgement = judged('CVE-2024-46981', 'redis', '7.0.15', {
      ...debian,
      packageRevision: '5:7.0.15-1~deb12u5',
    });
    expect(judgement.state).toBe('unknown');
    expect(judgement.howToKnow).toContain('CVE-2024-46981');
    expect(
      judged('CVE-2024-46981', 'redis', '6.2.7', { packaged: true, distro: { id: 'rhel' } }).howToKnow,
    ).toContain('rpm');
  });

  test('nothing of an old package is called affected on a guess', () => {
    const said = advisoriesFor('redis', '7.0.15', { ...debian, packageRevision: '5:7.0.15-1~deb12u5' });
    expect(said.filter((judgement) => judgement.state === 'affected')).toEqual([]);
  });

  test('a known revision decides', () => {
    const id = 'CVE-2025-49844';
    const at = (packageRevision: string): AdvisoryState =>
      state(id, 'redis', '7.0.15', { ...noble, packageRevision });
    expect(at('5:7.0.15-1ubuntu0.24.04.1')).toBe('affected');
    expect(at('5:7.0.15-1ubuntu0.24.04.2')).toBe('fixed');
    expect(at('5:7.0.15-1ubuntu0.24.04.10')).toBe('fixed');
  });

  test('the revision names its release where nobody else does', () => {
    const context = {
      packaged: true,
      distro: { id: 'debian' },
      packageRevision: '8.1.1+dfsg1-3+deb13u1',
    } as const;
    expect(state('CVE-2025-67733', 'valkey', '8.1.1', context)).toBe('affected');
    expect(
      state('CVE-2025-67733', 'valkey', '8.1.1', { ...context, packageRevision: '8.1.1+dfsg1-3+deb13u2' }),
    ).toBe('fixed');
  });

  test('what upstream fixed is fixed in the package', () => {
    expect(state('CVE-2023-36824', 'redis', '7.0.15', debian)).toBe('fixed');
    expect(state('CVE-2026-62356', 'redis', '7.0.15', debian)).toBe('not-affected');
  });

  test('except faults inside Lua, because Debian and Ubuntu bring their own', () => {
    expect(
      state('CVE-2025-49844', 'valkey', '7.2.11', { ...noble, packageRevision: '7.2.11+dfsg1-0ubuntu0.1' }),
    ).toBe('affected');
    expect(
      state('CVE-2025-49844', 'valkey', '7.2.11', { ...noble, packageRevision: '7.2.11+dfsg1-0ubuntu0.2' }),
    ).toBe('fixed');
    expect(
      state('CVE-2024-31449', 'redis', '8.0.2', { packaged: true, distro: { id: 'debian', release: '13' } }),
    ).toBe('unknown');
    expect(
      state('CVE-2024-31449', 'redis', '7.2.6', { packaged: true, distro: { id: 'rhel', release: '9' } }),
    ).toBe('fixed');
  });

  test('packages of the vendor are what upstream released', () => {
    const context = {
      packaged: true,
      distro: { id: 'debian', release: '12' },
      packageRevision: '6:7.4.2-1rl1~bookworm1',
    } as const;
    expect(state('CVE-2025-49844', 'redis', '7.4.2', context)).toBe('affected');
  });

  test('a version that a distribution keeps is open while nobody knows where it is from', () => {
    const remote: AdvisoryContext = { packaged: 'unknown' };
    expect(judged('CVE-2025-49844', 'redis', '7.0.15', remote)).toMatchObject({
      state: 'unknown',
      because: expect.stringContaining('Debian 12'),
    });
    expect(state('CVE-2025-49844', 'redis', '7.0.12', remote)).toBe('affected');
    expect(state('CVE-2023-36824', 'redis', '7.0.15', remote)).toBe('fixed');
  });
});

test('any version of any product is judged, always in the same way', () => {
  const versions = Object.values(knownBranches).flatMap((branches) =>
    (branches ?? []).map((branch) => `${branch}.3`),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...products),
      fc.oneof(fc.string(), fc.constantFrom(...versions)),
      fc.record({ packaged: fc.constantFrom(true, false, 'unknown' as const) }),
      (product, version, context) => {
        const said = advisoriesFor(product, version, context);
        expect(said).toEqual(advisoriesFor(product, version, context));
        for (const { because } of said) expect(because).not.toBe('');
      },
    ),
    { numRuns: Math.min(numRuns, 2000) },
  );
});
