import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { auditTargets } from '../../src/index.ts';
import { createCommandDecoder } from '../../src/lang/resp/index.ts';
import { matrix } from '../live/support/servers.ts';
import { loadRecording, recordedPassword, replayServer, transcriptNames } from '../replay/index.ts';

/**
 * Every command that Keyward may ever send while it looks: written out here once more, so that a change of the
 * product's own list has to be made twice, and on purpose.
 */
const allowed: readonly RegExp[] = [
  /^PING$/,
  /^ECHO$/,
  /^HELLO$/,
  /^RESET$/,
  /^INFO( all)?$/,
  /^CONFIG GET \*$/,
  /^ACL (WHOAMI|LIST)$/,
  /^ACL LOG \d+$/,
  /^COMMAND$/,
  /^MODULE LIST$/,
  /^CLIENT LIST$/,
  /^FUNCTION LIST WITHCODE$/,
  /^CLUSTER NODES$/,
  /^SENTINEL MASTERS$/,
  /^EXISTS \S+$/,
];
const login = new RegExp(`^AUTH (\\S+ )?${recordedPassword}$`);

const forbidden = (commands: readonly string[], more: readonly RegExp[] = []): readonly string[] =>
  commands.filter((command) => ![...allowed, ...more].some((pattern) => pattern.test(command)));

describe.each(transcriptNames)('recorded %s', (name) => {
  it('is asked, never told', async () => {
    for (const mode of loadRecording(name).modes) {
      const server = await replayServer(name, mode);
      try {
        await auditTargets([`redis://:${recordedPassword}@127.0.0.1:${server.port}`], { host: false });
        const said = server.received.map(({ args }) => args.join(' '));
        // A server in protected mode, or a full one, closes before it reads.
        if (mode === 'open' || mode === 'requirepass') expect(said.length).toBeGreaterThan(5);
        expect(forbidden(said, [login]), `${name} ${mode}`).toEqual([]);
        // AUTH goes alone: several versions lose the answer of a failed one that follows another reply.
        expect(said.filter((command) => login.test(command)).length).toBeLessThanOrEqual(1);
      } finally {
        await server.stop();
      }
    }
  });
});

/** Stands in front of a real server and keeps every byte that goes there. */
async function recorder(
  port: number,
): Promise<{ readonly port: number; readonly sent: () => Buffer; readonly close: () => void }> {
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => Buffer.concat(chunks),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe.each(matrix.map((server) => [server.name, server] as const))('live %s', (_, server) => {
  it('is asked, never told, and is the same afterwards', async () => {
    const running = await server.start();
    const proxy = await recorder(running.port);
    try {
      const { servers } = await auditTargets([`redis://127.0.0.1:${proxy.port}`], { host: false });
      expect(servers).toHaveLength(1);
      const decoder = createCommandDecoder();
      decoder.push(proxy.sent());
      const said: string[] = [];
      for (let command = decoder.next(); command !== undefined; command = decoder.next()) {
        said.push(command.args.map((arg) => Buffer.from(arg).toString()).join(' '));
      }
      expect(decoder.error).toBeUndefined();
      expect(said.length).toBeGreaterThan(5);
      expect(forbidden(said)).toEqual([]);
    } finally {
      proxy.close();
      await running.stop();
    }
  });
});
