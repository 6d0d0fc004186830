import { createHash } from 'node:crypto';
import { type Server, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Does `work` while no other process on this machine does work of the same name.
 *
 * The lock is an abstract socket of Linux: the kernel gives it up when its holder dies in whatever way, so
 * that there is no stale lock to tell from a held one. Elsewhere nothing is brought, and there is no lock.
 */
export async function withLock<T>(name: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
  if (process.platform !== 'linux') return work();
  const path = `\0keyward-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  let held = await take(path);
  if (held === undefined) waiting();
  while (held === undefined) {
    await wait(200);
    held = await take(path);
  }
  const { close } = held;
  try {
    return await work();
  } finally {
    await close();
  }
}

function take(path: string): Promise<{ readonly close: () => Promise<void> } | undefined> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolve({ close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}
