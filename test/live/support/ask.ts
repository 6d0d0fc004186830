/** The least client that a test needs: one connection, one question at a time. */
import { type Socket, connect } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type RespValue, createDecoder, encodeCommand } from '../../../src/lang/resp/index.ts';

export interface Conversation {
  /** Sends a command and gives its reply. Rejects when the connection ends first. */
  readonly ask: (...words: readonly (string | Uint8Array)[]) => Promise<RespValue>;
  readonly end: () => void;
}

export interface Where {
  readonly host?: string;
  readonly port: number;
  /** Ask over TLS. */
  readonly tls?: ConnectionOptions;
}

/** Opens a connection to a server that a test started. */
export async function converse({ host = '127.0.0.1', port, tls }: Where): Promise<Conversation> {
  const socket: Socket = tls === undefined ? connect({ host, port }) : connectTls({ ...tls, host, port });
  const waiting: PromiseWithResolvers<RespValue>[] = [];
  const decoder = createDecoder();
  const fail = (error: Error): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  await new Promise<void>((resolve, reject) => {
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => resolve());
    socket.once('error', reject);
  });
  socket.on('data', (chunk: Buffer) => {
    decoder.push(chunk);
    for (let value = decoder.next(); value !== undefined; value = decoder.next())
      waiting.shift()?.resolve(value);
    if (decoder.error !== undefined) fail(new Error(decoder.error.message));
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection ended before the reply')));
  return {
    ask: (...words) => {
      const reply = Promise.withResolvers<RespValue>();
      // A connection that ended before answers nothing any more.
      if (socket.destroyed) reply.reject(new Error('the connection ended before the question'));
      waiting.push(reply);
      socket.write(encodeCommand(words));
      return reply.promise;
    },
    end: () => socket.destroy(),
  };
}

/** Asks one question on a connection of its own. */
export async function ask(where: Where, ...words: readonly string[]): Promise<RespValue> {
  const conversation = await converse(where);
  try {
    return await conversation.ask(...words);
  } finally {
    conversation.end();
  }
}
