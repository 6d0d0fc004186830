import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../src/lang/resp/index.ts';
import { type HostileKind, hostileKinds, hostileServer } from './index.ts';

// Those that give nothing to read, or too slowly to wait for it.
const quiet: readonly HostileKind[] = [
  'silent',
  'deaf',
  'slow drip',
  'slow drip of replies',
  'reset on connect',
  'reset when asked',
  'close on connect',
];

const plenty = 4 * 1024 * 1024;

interface Heard {
  readonly bytes: Buffer;
  readonly ended: boolean;
}

/** Asks, and listens until the server closes, goes quiet, or has sent plenty. */
function listenTo(port: number): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (ended: boolean): void => {
      socket.destroy();
      resolve({ bytes: Buffer.concat(chunks), ended });
    };
    socket.setTimeout(150, () => finish(false));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > plenty) finish(false);
    });
    socket.once('error', () => finish(true));
    socket.once('end', () => finish(true));
    socket.write('INFO\r\n');
  });
}

describe('a hostile server', () => {
  test.concurrent.each(hostileKinds)('%s: does what its name says, and stops', async (kind) => {
    const server = await hostileServer(kind);
    const { bytes, ended } = await listenTo(server.port);
    expect(server.connections()).toBe(1);
    if (!quiet.includes(kind)) expect(bytes.length).toBeGreaterThan(0);
    if (/^(?:endless|banner|gigantic bulk$)/.test(kind)) expect(bytes.length).toBeGreaterThan(plenty);
    if (/^(?:reset|close|drop)/.test(kind)) expect(ended).toBe(true);
    await server.stop();
    await expect(connects(server.port)).resolves.toBe(false);
  });
});

describe('a hostile answer', () => {
  test.concurrent.each([
    'gigantic array header',
    'gigantic map header',
    'gigantic bulk header',
    'endless simple string',
    'endless nested arrays',
    'http',
    'ssh',
    'tls alert',
    'banner flood',
  ] as const)('%s is refused by the decoder within its limits', async (kind) => {
    const server = await hostileServer(kind);
    const { bytes } = await listenTo(server.port);
    await server.stop();
    const decoder = createDecoder();
    decoder.push(bytes);
    expect(decoder.next()).toBeUndefined();
    expect(decoder.error).toBeDefined();
  });
});

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
