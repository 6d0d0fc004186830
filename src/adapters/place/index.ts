/** Hosts whose files a plan changes. */
export { localPlace } from './local.ts';
export { placeNamed } from './place-named.ts';
export type { Access, Place, PlacedFile, Ran } from './place.ts';
