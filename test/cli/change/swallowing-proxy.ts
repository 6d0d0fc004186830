/** A server that answers OK and does nothing: a proxy before a real one, which keeps what would change it to itself. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createDecoder, encodeCommand } from '../../../src/lang/resp/index.ts';

export interface Swallowing {
  readonly port: number;
  readonly swallowed: () => readonly string[];
  readonly end: () => Promise<void>;
}

const wordsOf = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.map((word) =>
        typeof word === 'string'
          ? word
          : Buffer.from((word as { bytes?: Uint8Array }).bytes ?? []).toString(),
      )
    : [];

/** `swallows`: whether a command, as `CONFIG SET bind …`, goes no further and is answered with OK. */
export async function swallowing(port: number, swallows: (command: string) => boolean): Promise<Swallowing> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect({ port, host: '127.0.0.1' });
    const decoder = createDecoder();
    // Replies that the real server still owes, so that an OK of ours comes in its turn.
    const replies = createDecoder();
    const due: ('real' | 'ours')[] = [];
    const flush = (): void => {
      while (due[0] === 'ours') {
        due.shift();
        client.write('+OK\r\n');
      }
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      decoder.push(chunk);
      for (let value = decoder.next(); value !== undefined; value = decoder.next()) {
        const words = wordsOf(value);
        const command = words.join(' ');
        if (swallows(command)) {
          seen.push(command);
          due.push('ours');
        } else {
          due.push('real');
          server.write(encodeCommand(words));
        }
        flush();
      }
    });
    server.on('data', (chunk: Buffer) => {
      client.write(chunk);
      replies.push(chunk);
      for (let value = replies.next(); value !== undefined; value = replies.next()) due.shift();
      flush();
    });
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (proxy.address() as AddressInfo).port,
    swallowed: () => seen,
    end: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        proxy.close(resolve);
      });
    },
  };
}
