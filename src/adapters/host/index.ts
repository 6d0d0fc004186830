/**
 * The host that a server runs on, read and never changed. Every function gives a fact and throws nothing; on other
 * systems than Linux each is `not-supported`. The last parameter `root` is the host's root folder, `/`.
 */
export { containerOf } from './container-of.ts';
export { fileFacts, type WantedFile } from './file-facts.ts';
export { findProcesses, type FoundProcess, seeProcesses, type SeenProcess } from './find-processes.ts';
export { hostSigns, type SignHints } from './host-signs.ts';
export { hostAddresses } from './host-addresses.ts';
export { resolveInside, type Resolved } from './inside-root.ts';
export { type ListenerHints, isWhole, listenersOf, relabelled } from './listeners.ts';
export { packageOf } from './package-of.ts';
export { processFacts } from './process-facts.ts';
export { rootOf } from './process-root.ts';
export { scrubArguments, type Scrubbed, scrubWords } from './scrub-arguments.ts';
export { unitOf } from './unit-of.ts';
