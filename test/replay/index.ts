/** Servers that replay what real ones answered, and servers that lie. */
export { type HostileKind, type HostileServer, hostileKinds, hostileServer } from './hostile.ts';
export {
  type Mode,
  loadRecording,
  recordedPassword,
  transcriptNames,
  transcriptsDirectory,
} from './recording.ts';
export { type ReceivedCommand, type ReplayServer, replayServer } from './server.ts';
