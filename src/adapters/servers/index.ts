/** Throw-away servers on this machine: which there are, and starting one that leaves nothing behind. */
export { type Conf, type Place } from './configuration.ts';
export { findServers } from './find.ts';
export { identifyBinary } from './identify.ts';
export { type MissingServer, type ServerBinary, type ServerManifest, readManifest } from './manifest.ts';
export { freePort } from './ports.ts';
export { type Account } from './process.ts';
export { type RunningServer, type StartOptions, startServer } from './start.ts';
