/** Real client libraries, each behind the same few words. A library that is not installed is left out, and named. */
import { randomBytes } from 'node:crypto';
import { createClient } from '@redis/client';

export const libraries = ['node-redis', 'ioredis', 'bullmq'] as const;
export type Library = (typeof libraries)[number];

export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface Door {
  readonly host: string;
  readonly port: number;
  /** Absent: as whoever comes without a login. */
  readonly login?: Login;
}

/** One application's connection, or connections, under one login. */
export interface Talker {
  /** One request, answered as it must be; rejects else. */
  readonly request: (index: number) => Promise<void>;
  /** Waits for what is under way, and leaves. */
  readonly close: () => Promise<void>;
}

export interface TalkerOptions {
  readonly door: Door;
  /** Keys begin with it; the same for all connections of one application. */
  readonly name: string;
  /** What goes wrong beside a request: an event of the library. */
  readonly report: (error: Error) => void;
}

export interface Opener {
  readonly library: Library;
  /** Requests in a second that it makes without effort. */
  readonly rate: number;
  readonly open: (options: TalkerOptions) => Promise<Talker>;
}

/** The libraries that are installed. Only `node-redis` is sure to be. */
export async function openers(wanted: readonly Library[]): Promise<readonly Opener[]> {
  const found = await Promise.all(wanted.map((library) => known[library]()));
  return found.filter((opener) => opener !== undefined);
}

const known: Readonly<Record<Library, () => Promise<Opener | undefined>>> = {
  'node-redis': () => Promise.resolve({ library: 'node-redis', rate: 700, open: openNodeRedis }),
  ioredis: async () => {
    const module = await installed<IoRedisModule>('ioredis');
    return module && { library: 'ioredis', rate: 700, open: (options) => openIoRedis(module, options) };
  },
  bullmq: async () => {
    const module = await installed<BullModule>('bullmq');
    return module && { library: 'bullmq', rate: 60, open: (options) => openBull(module, options) };
  },
};

/** By a name that no bundler resolves beforehand. */
async function installed<T>(name: string): Promise<T | undefined> {
  try {
    return (await import(/* @vite-ignore */ name)) as T;
  } catch {
    return undefined;
  }
}

/** What all applications do: count, and write what they read again. */
async function work(
  index: number,
  name: string,
  does: {
    readonly incr: (key: string) => Promise<unknown>;
    readonly set: (key: string, value: string) => Promise<unknown>;
    readonly get: (key: string) => Promise<unknown>;
  },
): Promise<void> {
  if (index % 2 === 0) {
    await does.incr(`${name}:count`);
    return;
  }
  // A key of its own: requests of the old and the new connection may overtake each other.
  const key = `${name}:${index % 1000}:${randomBytes(4).toString('hex')}`;
  const value = String(index);
  await does.set(key, value);
  const read = await does.get(key);
  if (read !== value) throw new Error(`wrote ${value}, read ${JSON.stringify(read)}`);
}

async function openNodeRedis({ door, name, report }: TalkerOptions): Promise<Talker> {
  const { host, port, login } = door;
  const client = createClient({
    socket: { host, port },
    ...(login ? { username: login.user, password: login.password } : {}),
  });
  client.on('error', report);
  await client.connect();
  return {
    request: (index) =>
      work(index, name, {
        incr: (key) => client.incr(key),
        set: (key, value) => client.set(key, value, { expiration: { type: 'EX', value: 60 } }),
        get: (key) => client.get(key),
      }),
    close: () => client.close(),
  };
}

// The libraries may not be installed, so that their own types cannot be named here.
interface IoRedisModule {
  readonly Redis: new (options: Readonly<Record<string, unknown>>) => {
    on(event: string, listener: (error: Error) => void): unknown;
    connect(): Promise<void>;
    incr(key: string): Promise<number>;
    set(key: string, value: string, unit: string, count: number): Promise<unknown>;
    get(key: string): Promise<string | null>;
    quit(): Promise<unknown>;
  };
}

async function openIoRedis({ Redis }: IoRedisModule, { door, name, report }: TalkerOptions): Promise<Talker> {
  const client = new Redis({ ...ioRedisDoor(door), lazyConnect: true });
  client.on('error', report);
  await client.connect();
  return {
    request: (index) =>
      work(index, name, {
        incr: (key) => client.incr(key),
        set: (key, value) => client.set(key, value, 'EX', 60),
        get: (key) => client.get(key),
      }),
    close: async () => {
      await client.quit();
    },
  };
}

const ioRedisDoor = ({ host, port, login }: Door): Readonly<Record<string, unknown>> => ({
  host,
  port,
  ...(login ? { username: login.user, password: login.password } : {}),
});

interface Closing {
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  close(): Promise<void>;
}

interface BullModule {
  readonly Queue: new (
    name: string,
    options: Readonly<Record<string, unknown>>,
  ) => Closing & {
    add(name: string, data: unknown, options: unknown): Promise<{ readonly id?: string }>;
    waitUntilReady(): Promise<unknown>;
  };
  readonly Worker: new (
    name: string,
    work: (job: { readonly data: { readonly index: number } }) => Promise<number>,
    options: Readonly<Record<string, unknown>>,
  ) => Closing & { waitUntilReady(): Promise<unknown> };
}

/** Jobs that wait for their worker, by number: the worker of another login may do them. */
const waitingJobs = new Map<string, PromiseWithResolvers<void>>();

/** A request is a job, put in the queue and done by the worker. */
async function openBull(
  { Queue, Worker }: BullModule,
  { door, name, report }: TalkerOptions,
): Promise<Talker> {
  const connection = ioRedisDoor(door);
  const queue = new Queue(name, { connection });
  // A worker that waits must wait for ever, else it gives up when its connection does.
  const worker = new Worker(name, async ({ data }) => data.index, {
    connection: { ...connection, maxRetriesPerRequest: null },
    concurrency: 10,
  });
  const note = (error: unknown): void => report(error instanceof Error ? error : new Error(String(error)));
  queue.on('error', note);
  worker.on('error', note);
  worker.on('completed', (job) => {
    const { data } = job as { readonly data: { readonly index: number } };
    waitingJobs.get(`${name} ${data.index}`)?.resolve();
  });
  worker.on('failed', (_, error) => note(error));
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  return {
    request: async (index) => {
      const done = Promise.withResolvers<void>();
      const key = `${name} ${index}`;
      waitingJobs.set(key, done);
      try {
        await queue.add('job', { index }, { removeOnComplete: true, removeOnFail: true });
        await done.promise;
      } finally {
        waitingJobs.delete(key);
      }
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}
