/** The sandbox of a server's unit: what it needs, and the drop-in that leaves it nothing else. */
export { type DropIn, type SandboxNeeds, sandboxDropIn } from './drop-in.ts';
export { type ServerPlaces, writtenPaths } from './written-paths.ts';
