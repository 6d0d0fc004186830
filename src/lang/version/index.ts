/** What versions of servers and packages mean, and which comes first. */
export { products, type Product } from './product.ts';
export { parseVersion, type PreRelease, type Stage, type Version } from './version.ts';
export { compareVersions } from './compare.ts';
export { compareVersionTexts, knownVersion } from './known.ts';
export { branchOf, compareBranches } from './branch.ts';
export { compareDebianVersions, parseDebianVersion, type DebianVersion } from './debian.ts';
