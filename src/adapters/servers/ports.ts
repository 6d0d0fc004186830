import { createServer } from 'node:net';

// The cluster bus listens 10000 above; a port higher than this has none.
const highestPort = 65_535 - 10_000;

/** Asks the operating system for a TCP port that is free on `host` now. Another process may still take it. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = await givenPort(host);
    if (port <= highestPort) return port;
  }
}

function givenPort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('the operating system gave no port'));
      });
    });
  });
}
