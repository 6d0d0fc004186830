import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { createDecoder, encodeCommand, type RespValue } from '../../lang/resp/index.ts';

/** A connection to a server, one question at a time. */
export interface Line {
  ask(words: readonly string[]): Promise<RespValue>;
  close(): void;
}

export const isError = (
  value: RespValue,
): value is RespValue & { readonly kind: 'error'; readonly text: string } =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'error';

/** @throws what the system says where nobody answers, or the signal of `to` where that comes first */
export async function connected(to: NetConnectOpts): Promise<Line> {
  const socket: Socket = connect(to);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const decoder = createDecoder();
  let waiting: PromiseWithResolvers<RespValue> | undefined;
  const fail = (): void => waiting?.reject(new Error('the connection ended before the answer'));
  socket.on('data', (chunk: Buffer) => {
    decoder.push(chunk);
    const value = decoder.next();
    if (value !== undefined) waiting?.resolve(value);
  });
  socket.on('error', fail);
  socket.on('close', fail);
  return {
    ask: (words) => {
      waiting = Promise.withResolvers<RespValue>();
      if (socket.destroyed) fail();
      else socket.write(encodeCommand(words));
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}
