import { beginLinks } from '../support/crash/links.ts';
import { crashMatrix } from '../support/crash/matrix.ts';

const kinds = ['replication-login', 'sentinel-login'] as const;

crashMatrix(
  { name: 'a replica and a Sentinel without a login', begin: beginLinks, plan: { only: kinds } },
  { as: 'crash/links', least: 250, kinds, most: 2 },
);
