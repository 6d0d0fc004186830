import { connect } from 'node:net';

/**
 * True when something on `port` answers an inline PING, with whatever it says (`+PONG`, `-NOAUTH …`), except
 * that it is still loading. `silent` ports (TLS) only have to accept the connection.
 */
export function answers(host: string, port: number, silent = false): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('connect', () => {
      if (silent) finish(true);
      else socket.write('PING\r\n');
    });
    socket.once('data', (bytes: Buffer) =>
      finish(!bytes.subarray(0, 8).toString('latin1').startsWith('-LOADING')),
    );
  });
}
