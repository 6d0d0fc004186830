/** Known security faults of the servers: what they allow, where they were fixed, and which of them a server has. */
export type * from './types.ts';
export { advisoriesFor, revokedRelease } from './affects.ts';
export { advisories, advisory } from './data.ts';
export { dataDate, knownBranches, revokedReleases } from './branches.ts';
export { endOfLife, floorFor, type EndOfLifeVerdict, type FloorVerdict } from './floor.ts';
export { floors, type Floor } from './floors.ts';
export type { AdvisoryContext, AdvisoryState, Judgement } from './judgement.ts';
export { packageFixes, type PackageFixes } from './packages.ts';
