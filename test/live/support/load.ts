/**
 * Applications that talk to a server all the time, as real ones do: through real client libraries, with a login from a
 * secrets file, moving to another one when the file changes. What they count is whether anybody was locked out.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { RespValue } from '../../../src/lang/resp/index.ts';
import { converse } from './ask.ts';
import { openers, type Door, type Library, type Login, type Opener, type Talker } from './load-clients.ts';

export interface LoadOptions {
  readonly port: number;
  readonly host?: string;
  /** `keyward.secrets/1`; may not exist yet. */
  readonly secretsFile: string;
  /** Whose passwords of that file are used; the last one that is let in. */
  readonly user: string;
  /** Before the file knows that user; absent: without a login. */
  readonly login?: Login;
  readonly clients: readonly Library[];
}

export interface LoadStats {
  /** Answered as they must be. */
  readonly requests: number;
  /** Every request that was not, and every error that a library told; at most `mostErrors`. */
  readonly errors: readonly string[];
  /** How often an application went over to another login. */
  readonly moves: number;
  /** New logins that were tried before the server knew them. No request waited for one. */
  readonly tooEarly: number;
  /** Requests in a second, since the start. */
  readonly rate: number;
  /** Logins in use now; `` for none. */
  readonly users: readonly string[];
  readonly libraries: readonly Library[];
}

export interface Load {
  readonly stats: () => LoadStats;
  /** Resolves once every application uses the last login of the file; rejects after `patience` milliseconds. */
  readonly moved: (patience?: number) => Promise<void>;
  /** Ends it, after all requests are answered; errors that show only then are in the stats. */
  readonly stop: () => Promise<LoadStats>;
}

const mostErrors = 1000;
/** Milliseconds. */
const tick = 10;
const glance = 50;
/** For a connection, and for the last answers. */
const longest = 5000;
/** Requests of one application that wait for their answers at once. */
const mostUnderWay = 200;

interface Counts {
  requests: number;
  readonly errors: string[];
  moves: number;
  tooEarly: number;
}

/** Starts applications; about 700 requests a second each of node-redis and ioredis, 60 jobs of BullMQ. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { host = '127.0.0.1', port } = options;
  const counts: Counts = { requests: 0, errors: [], moves: 0, tooEarly: 0 };
  const began = performance.now();
  const first = await firstLetIn({ ...options, host });
  const found = (await openers(options.clients)).filter(await able({ host, port, ...given(first) }));
  // 1,000 requests a second in total, whoever is there.
  const factor = Math.max(1, 1300 / found.reduce((sum, { rate }) => sum + rate, 0));
  const applications = await Promise.all(
    found.map((opener) => startApplication(opener, { ...options, host, port }, counts, opener.rate * factor)),
  );
  const stats = (): LoadStats => ({
    requests: counts.requests,
    errors: [...counts.errors],
    moves: counts.moves,
    tooEarly: counts.tooEarly,
    rate: counts.requests / ((performance.now() - began) / 1000),
    users: applications.map(({ login }) => login()?.user ?? ''),
    libraries: found.map(({ library }) => library),
  });
  return {
    stats,
    moved: async (patience = 10_000) => {
      const until = performance.now() + patience;
      const wanted = candidates(options)[0];
      while (!applications.every(({ login }) => same(login(), wanted))) {
        if (performance.now() > until) throw new Error(`not moved within ${patience} ms`);
        await pause(tick);
      }
    },
    stop: async () => {
      await Promise.all(applications.map(({ stop }) => stop()));
      return stats();
    },
  };
}

/** Who can work with this server at all: the scripts of BullMQ want cjson, which some builds of Redis 6.0 lack. */
async function able(door: Door): Promise<(opener: Opener) => boolean> {
  const reply = await asked(door, 'EVAL', 'return cjson.encode({})', '0');
  return ({ library }) => library !== 'bullmq' || !/nonexistent global.*cjson/.test(JSON.stringify(reply));
}

/** The logins to be used, the newest first; none of them: the one of the start. */
function candidates({ secretsFile, user, login }: LoadOptions): readonly (Login | undefined)[] {
  let entries: readonly Login[] = [];
  try {
    const { secrets } = JSON.parse(readFileSync(secretsFile, 'utf8')) as {
      readonly secrets: Readonly<Record<string, Login>>;
    };
    entries = Object.values(secrets).filter((entry) => entry.user === user);
  } catch {
    // Not there yet, or half written: the next glance will see it.
  }
  return [...entries.toReversed(), login];
}

const same = (a: Login | undefined, b: Login | undefined): boolean =>
  a?.user === b?.user && a?.password === b?.password;

/** Whether the server lets this login in, tried on a connection of its own. A server that is away lets nobody in. */
async function letIn(door: Door): Promise<boolean> {
  try {
    return isStatus(await asked(door, 'PING'));
  } catch {
    return false;
  }
}

const isStatus = (reply: RespValue): boolean =>
  typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'simple';

async function asked({ host, port, login }: Door, ...words: readonly string[]): Promise<RespValue> {
  const conversation = await converse({ host, port });
  try {
    const reply = login && (await conversation.ask('AUTH', login.user, login.password));
    return reply !== undefined && !isStatus(reply) ? reply : await conversation.ask(...words);
  } finally {
    conversation.end();
  }
}

const given = (login: Login | undefined): Pick<Door, 'login'> => (login ? { login } : {});

/** The newest login that the server takes; where it takes none, the one of the start. */
async function firstLetIn(options: LoadOptions & { readonly host: string }): Promise<Login | undefined> {
  const { host, port } = options;
  for (const login of candidates(options)) if (await letIn({ host, port, ...given(login) })) return login;
  return options.login;
}

/** Some libraries wait for ever, where others reject. */
async function within<T>(promise: Promise<T>, otherwise: string): Promise<T> {
  const late = new AbortController();
  const { signal } = late;
  const limit = pause(longest, undefined, { signal }).then(() => {
    throw new Error(`${otherwise} within ${longest} ms`);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    late.abort();
    limit.catch(() => undefined);
  }
}

interface Application {
  readonly login: () => Login | undefined;
  readonly stop: () => Promise<void>;
}

async function startApplication(
  { library, open }: Opener,
  options: LoadOptions & { readonly host: string },
  counts: Counts,
  rate: number,
): Promise<Application> {
  const { host, port } = options;
  const name = `load-${library}-${randomBytes(4).toString('hex')}`;
  const ended = new AbortController();
  let current = await firstLetIn(options);
  let underWay = new Set<Promise<void>>();
  let counted = 0;
  let failures = 0;

  const fail = (error: unknown): void => {
    const text = `${library}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    if (counts.errors.length < mostErrors) counts.errors.push(text);
  };
  const doorOf = (login: Login | undefined): Door => ({ host, port, ...given(login) });
  const enter = (login: Login | undefined): Promise<Talker> =>
    within(open({ door: doorOf(login), name, report: fail }), `no connection as ${login?.user ?? 'nobody'}`);

  /** The first that is let in, unless it is the one that we have. */
  async function better(): Promise<{ readonly login: Login | undefined } | undefined> {
    for (const login of candidates(options)) {
      if (same(login, current)) return undefined;
      if (await letIn(doorOf(login))) return { login };
      counts.tooEarly += 1;
    }
    return undefined;
  }

  let talker = await enter(current);

  const began = performance.now();
  let issued = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * rate;
    while (issued < due && underWay.size < mostUnderWay) {
      const index = issued++;
      const request: Promise<void> = talker.request(index).then(
        () => {
          counts.requests += 1;
          if (index % 2 === 0) counted += 1;
        },
        (error: unknown) => {
          failures += 1;
          fail(error);
        },
      );
      const all = underWay;
      all.add(request);
      void request.finally(() => all.delete(request));
    }
    // Time that was lost is not made up for in one go.
    if (issued < due - rate) issued = Math.floor(due);
  }, tick);

  /** The new connection first, then the old one ends once all its requests are answered. */
  async function move(login: Login | undefined): Promise<void> {
    const next = await enter(login);
    const [old, waiting] = [talker, underWay];
    [talker, underWay, current] = [next, new Set(), login];
    counts.moves += 1;
    await within(Promise.all(waiting), 'the old connection still waits for answers');
    await within(old.close(), 'the old connection does not close');
  }

  const mover = (async () => {
    while (!ended.signal.aborted) {
      try {
        const found = await better();
        if (found) await move(found.login);
      } catch (error) {
        fail(error);
      }
      await pause(glance);
    }
  })();

  return {
    login: () => current,
    stop: async () => {
      clearInterval(timer);
      ended.abort();
      await mover;
      await within(Promise.all(underWay), 'requests were not answered').catch(fail);
      await within(talker.close(), 'the connection does not close').catch(fail);
      if (library === 'bullmq') return;
      const reply = await asked(doorOf(current), 'GET', `${name}:count`);
      const counter = typeof reply === 'string' ? reply : JSON.stringify(reply);
      if (counter !== String(counted) && failures === 0)
        fail(`${counted} counts were acknowledged, and the server counts ${counter}`);
    },
  };
}
