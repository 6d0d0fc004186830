/** Hosts whose files a plan changes. */
export { localPlace } from './local.ts';
export { placeNamed } from './place-named.ts';
export { tunnelFrom, type Tunnel, type TunnelOptions } from './ssh-tunnel.ts';
export { sshTargetIn } from './ssh-target.ts';
export type { Access, Place, PlacedFile, Ran } from './place.ts';
