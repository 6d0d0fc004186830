/** A master that sends whatever its maker wants: what REPLICAOF obeys. */
import { type AddressInfo, createServer } from 'node:net';
import { encodeCommand } from '../../../src/lang/resp/index.ts';

export interface OwnMaster {
  readonly port: number;
  readonly end: () => void;
}

// A dump of nothing, of the oldest format that all servers of the tests read; its checksum is switched off.
const emptyDump = Buffer.concat([Buffer.from('REDIS0009'), Buffer.from([0xff]), Buffer.alloc(8)]);

/** Listens on loopback, answers a replica's greeting, gives it an empty dump, then sends the commands. */
export async function ownMaster(commands: readonly (readonly string[])[]): Promise<OwnMaster> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    let following = false;
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (following) return;
      if (!/\r\nPSYNC\r\n/i.test(text)) {
        for (const _ of text.match(/^\*\d/gm) ?? []) socket.write('+OK\r\n');
        return;
      }
      following = true;
      socket.write(`+FULLRESYNC ${'a'.repeat(40)} 0\r\n$${emptyDump.length}\r\n`);
      socket.write(Buffer.concat([emptyDump, ...commands.map((words) => Buffer.from(encodeCommand(words)))]));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, end: () => server.close() };
}
