import type { Product } from '../../lang/version/index.ts';

/** The revision of a distribution's package from which an advisory is fixed there, without a new upstream version. */
export interface PackageFixes {
  readonly distribution: 'debian' | 'ubuntu';
  /** VERSION_ID of /etc/os-release. */
  readonly release: string;
  readonly product: Product;
  readonly fixes: { readonly [id: string]: string };
  readonly source: string;
}

const usn6531 = [
  'CVE-2022-24834',
  'CVE-2022-35977',
  'CVE-2022-36021',
  'CVE-2023-25155',
  'CVE-2023-28856',
  'CVE-2023-45145',
];

const all = (ids: readonly string[], revision: string): { readonly [id: string]: string } =>
  Object.fromEntries(ids.map((id) => [id, revision]));

/** Packages of Redis itself are marked `rl`: `6:7.4.2-1rl1~bookworm1`. They are plain upstream builds. */
export const isVendorsOwn = (revision: string | undefined): boolean =>
  revision !== undefined && /-\d{1,9}rl\d/.test(revision);

/** Any revision will do: the release came out after the fix was in the distribution. */
export const always = '0';

/**
 * Only what was read in a distribution's own record. What is missing here is unknown, not affected. Ubuntu 22.04 is left
 * out for USN-6531-1 on purpose: its free revision `1ubuntu1.1` sorts after the paid `1ubuntu1+esm1` without holding its
 * fixes for certain.
 */
export const packageFixes: readonly PackageFixes[] = [
  {
    distribution: 'debian',
    release: '10',
    product: 'redis',
    fixes: { 'CVE-2022-0543': '5:5.0.14-1+deb10u2' },
    source: 'DSA-5081-1',
  },
  {
    distribution: 'debian',
    release: '11',
    product: 'redis',
    fixes: { 'CVE-2022-0543': '5:6.0.16-1+deb11u2' },
    source: 'DSA-5081-1',
  },
  {
    distribution: 'debian',
    release: '12',
    product: 'redis',
    fixes: { 'CVE-2022-0543': always },
    source: 'DSA-5081-1 is of February 2022, Debian 12 of June 2023',
  },
  {
    distribution: 'debian',
    release: '13',
    product: 'redis',
    fixes: { 'CVE-2022-0543': always },
    source: 'DSA-5081-1 is of February 2022, Debian 13 of August 2025',
  },
  {
    distribution: 'debian',
    release: '13',
    product: 'valkey',
    fixes: all(['CVE-2025-67733', 'CVE-2026-21863'], '8.1.1+dfsg1-3+deb13u2'),
    source: 'DSA-6198-1',
  },
  {
    distribution: 'ubuntu',
    release: '14.04',
    product: 'redis',
    fixes: { ...all(usn6531, '2:2.8.4-2ubuntu0.2+esm3'), 'CVE-2025-49844': '2:2.8.4-2ubuntu0.2+esm5' },
    source: 'USN-6531-1, UBUNTU-CVE-2025-49844',
  },
  {
    distribution: 'ubuntu',
    release: '16.04',
    product: 'redis',
    fixes: { ...all(usn6531, '2:3.0.6-1ubuntu0.4+esm2'), 'CVE-2025-49844': '2:3.0.6-1ubuntu0.4+esm4' },
    source: 'USN-6531-1, UBUNTU-CVE-2025-49844',
  },
  {
    distribution: 'ubuntu',
    release: '18.04',
    product: 'redis',
    fixes: { ...all(usn6531, '5:4.0.9-1ubuntu0.2+esm4'), 'CVE-2025-49844': '5:4.0.9-1ubuntu0.2+esm6' },
    source: 'USN-6531-1, UBUNTU-CVE-2025-49844',
  },
  {
    distribution: 'ubuntu',
    release: '20.04',
    product: 'redis',
    fixes: {
      ...all(usn6531, '5:5.0.7-2ubuntu0.1+esm2'),
      'CVE-2022-0543': '5:5.0.7-2ubuntu0.1',
      'CVE-2025-49844': '5:5.0.7-2ubuntu0.1+esm4',
    },
    source: 'USN-5316-1, USN-6531-1, UBUNTU-CVE-2025-49844',
  },
  {
    distribution: 'ubuntu',
    release: '21.10',
    product: 'redis',
    fixes: { 'CVE-2022-0543': '5:6.0.15-1ubuntu0.1' },
    source: 'USN-5316-1',
  },
  {
    distribution: 'ubuntu',
    release: '22.04',
    product: 'redis',
    fixes: { 'CVE-2022-0543': always, 'CVE-2025-49844': '5:6.0.16-1ubuntu1.1' },
    source: 'UBUNTU-CVE-2022-0543 names 20.04 only; UBUNTU-CVE-2025-49844',
  },
  {
    distribution: 'ubuntu',
    release: '24.04',
    product: 'redis',
    fixes: {
      'CVE-2022-0543': always,
      'CVE-2025-32023': '5:7.0.15-1ubuntu0.24.04.3',
      'CVE-2025-49844': '5:7.0.15-1ubuntu0.24.04.2',
    },
    source: 'UBUNTU-CVE-2022-0543 names 20.04 only; USN-8120-1, UBUNTU-CVE-2025-49844',
  },
  {
    distribution: 'ubuntu',
    release: '24.04',
    product: 'valkey',
    fixes: { 'CVE-2025-49844': '7.2.11+dfsg1-0ubuntu0.2' },
    source:
      'UBUNTU-CVE-2025-49844: 7.2.11 itself was not enough, because the package links the Lua of the system',
  },
];

/**
 * Upstream versions that a distribution keeps for years and patches. Who only sees such a number over the network cannot
 * tell an old build from a patched package.
 */
export const keptByDistributions: readonly {
  readonly product: Product;
  readonly version: string;
  readonly where: string;
}[] = [
  { product: 'redis', version: '2.8.4', where: 'Ubuntu 14.04' },
  { product: 'redis', version: '2.8.17', where: 'Debian 8' },
  { product: 'redis', version: '3.0.6', where: 'Ubuntu 16.04' },
  { product: 'redis', version: '3.2.6', where: 'Debian 9' },
  { product: 'redis', version: '4.0.9', where: 'Ubuntu 18.04' },
  { product: 'redis', version: '5.0.3', where: 'Debian 10 and Red Hat Enterprise Linux 8' },
  { product: 'redis', version: '5.0.7', where: 'Ubuntu 20.04' },
  { product: 'redis', version: '5.0.14', where: 'Debian 10' },
  { product: 'redis', version: '6.0.16', where: 'Debian 11 and Ubuntu 22.04' },
  { product: 'redis', version: '7.0.15', where: 'Debian 12 and Ubuntu 24.04' },
  { product: 'redis', version: '8.0.2', where: 'Debian 13' },
  { product: 'valkey', version: '8.0.2', where: 'openSUSE Leap 15.6' },
  { product: 'valkey', version: '8.1.1', where: 'Debian 13' },
];
