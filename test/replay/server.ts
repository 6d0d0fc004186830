/** A server on a free loopback port that answers what a real one answered, and keeps all that it was sent. */
import { type Server, type Socket, createServer } from 'node:net';
import { createCommandDecoder } from '../../src/lang/resp/index.ts';
import { type Mode, loadRecording } from './recording.ts';
import { respond } from './respond.ts';
import { type Scene, type Session, sceneOf } from './scene.ts';
import type { RawExchange } from './transcript.ts';

/** A command as it came. Text is latin1: every byte is kept. */
export interface ReceivedCommand {
  readonly args: readonly string[];
  readonly inline: boolean;
  /** Connections are counted from 1. */
  readonly connection: number;
}

export interface ReplayServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Every command of every connection, in order of arrival. */
  readonly received: readonly ReceivedCommand[];
  /** Every byte of every connection, in order of arrival. */
  readonly receivedBytes: () => Buffer;
  /** Commands that the real server knows and nobody recorded: they were answered with an error. */
  readonly unrecorded: readonly ReceivedCommand[];
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

/**
 * Replays a recorded server. Throws when that recording has no such mode: `loadRecording(name).modes` tells.
 *
 * @example
 * const server = await replayServer('valkey-9.1.2', 'requirepass');
 * // … connect to server.port; the password is recordedPassword …
 * await server.stop();
 */
export async function replayServer(transcript: string, mode: Mode = 'open'): Promise<ReplayServer> {
  const recording = loadRecording(transcript);
  if (!recording.modes.includes(mode)) throw new Error(`${transcript} has no recording of ${mode}`);
  const scene = sceneOf(recording, mode);
  const log: Log = { received: [], unrecorded: [], chunks: [], connections: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    log.connections += 1;
    converse(socket, scene, log, log.connections);
  });
  return {
    host: '127.0.0.1',
    port: await listen(server),
    received: log.received,
    receivedBytes: () => Buffer.concat(log.chunks),
    unrecorded: log.unrecorded,
    connections: () => log.connections,
    stop: () => close(server, sockets),
  };
}

interface Log {
  readonly received: ReceivedCommand[];
  readonly unrecorded: ReceivedCommand[];
  readonly chunks: Buffer[];
  connections: number;
}

function converse(socket: Socket, scene: Scene, log: Log, connection: number): void {
  const { recording, mode } = scene;
  const greeting =
    mode === 'protected-mode' ? recording.denied : mode === 'maxclients' ? recording.full : undefined;
  let session: Session = { protocol: 2, authenticated: mode !== 'requirepass' };
  const decoder = createCommandDecoder();
  if (greeting !== undefined) socket.end(greeting);
  socket.on('data', (chunk: Buffer) => {
    log.chunks.push(chunk);
    if (greeting !== undefined) return;
    const raw = decoder.pending.bytes === 0 ? recordedRaw(scene, session, chunk) : undefined;
    decoder.push(chunk);
    let answered = 0;
    for (let command = decoder.next(); command !== undefined; command = decoder.next()) {
      const args = command.args.map((arg) => Buffer.from(arg).toString('latin1'));
      const received: ReceivedCommand = { args, inline: command.inline, connection };
      log.received.push(received);
      if (raw !== undefined) continue;
      const answer = respond(scene, session, args);
      session = answer.session;
      if (answer.unrecorded === true) log.unrecorded.push(received);
      if (answered === 0 || !swallows(scene, args, answer.bytes)) socket.write(answer.bytes);
      answered += 1;
      if (answer.close === true) {
        socket.end();
        return;
      }
    }
    if (raw !== undefined) {
      socket.write(raw.reply);
      if (raw.closed) socket.end();
    } else if (decoder.error !== undefined) {
      socket.end(`-ERR Protocol error: ${decoder.error.message}\r\n`);
    }
  });
}

// What is no command (HTTP, broken lengths) was recorded byte for byte.
function recordedRaw(scene: Scene, session: Session, chunk: Buffer): RawExchange | undefined {
  const { open, locked } = scene.recording.raw;
  const table = scene.mode === 'requirepass' && !session.authenticated ? locked : open;
  if (scene.mode !== 'open' && scene.mode !== 'requirepass') return undefined;
  return table.find(({ sent }) => sent.equals(chunk) && !/^(?:PING|INFO|QUIT)/.test(sent.toString('latin1')));
}

// Several versions lose the answer to a failed AUTH that follows another one in the same write.
function swallows(scene: Scene, args: readonly string[], reply: Uint8Array): boolean {
  if (args[0]?.toLowerCase() !== 'auth' || reply[0] !== 0x2d) return false;
  const pipelined = scene.recording.raw.locked.find(({ sent }) => sent.toString('latin1').includes('AUTH x'));
  return pipelined !== undefined && !/WRONGPASS|invalid password/.test(pipelined.reply.toString('latin1'));
}

/** Listens on a free loopback port and gives it. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
    });
  });
}

/** Closes a server with all its connections. */
export function close(server: Server, sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
