/** Passwords are rotated on several servers at once, replication moves too, and whoever was overlooked is not shut out. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecrets, writeSecrets } from '../../../src/adapters/journal/secrets-file.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { applyPlan, makeRotation, undoPlan } from '../../../src/index.ts';
import { asItems, asText, type RespValue } from '../../../src/lang/resp/index.ts';
import { ask, converse } from '../support/ask.ts';
import { startLoad, type Load } from '../support/load.ts';
import { ownState } from '../support/own-state.ts';
import { matrix, type MatrixServer } from '../support/servers.ts';

const login = { user: 'operator', password: 'Operator-0f-the-test' };
const old = { app: 'the-0ld-password-of-app', link: 'the-0ld-password-of-link' };

const lines = ({ product, atLeast }: MatrixServer): readonly string[] => {
  const channels = product === 'valkey' || atLeast(6, 2) ? '&* ' : '';
  return [
    `user operator on >${login.password} ~* ${channels}+@all`,
    `user app on >${old.app} ~* ${channels}+@all -@admin -@dangerous +info`,
    `user link on >${old.link} +psync +replconf +ping`,
    // Redis 6.0 asks whether default may run HELLO, before anybody is logged in with it.
    'user default resetpass off ~* +@all',
    'masteruser link',
    `masterauth ${old.link}`,
    'repl-diskless-sync-delay 0',
  ];
};

const [first] = matrix.filter(({ atLeast }) => atLeast(6, 0));
const newest = (product: string): MatrixServer | undefined =>
  matrix.findLast((one) => one.product === product && one.atLeast(7, 0));
/** Three servers each, and most of the time is waiting for links: the oldest and the newest. */
const ends = [first, newest('valkey') ?? newest('redis')].filter((one) => one !== undefined);
const kinds = [first, newest('redis'), newest('valkey')].filter((one) => one !== undefined);
if (kinds.length === 0) console.warn('skipped: no server with users in .cache/servers');

const folder = mkdtempSync(join(tmpdir(), 'keyward-rotation-'));
ownState();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const targetOf = ({ port }: RunningServer): string => `redis://127.0.0.1:${port}`;

/** One question as somebody, on a connection of its own. */
async function askAs(
  { port }: RunningServer,
  { user, password }: typeof login,
  ...words: readonly string[]
): Promise<RespValue> {
  const conversation = await converse({ port });
  try {
    const answer = await conversation.ask('AUTH', user, password);
    return JSON.stringify(answer).includes('WRONGPASS') ? answer : await conversation.ask(...words);
  } finally {
    conversation.end();
  }
}

const letsIn = async (server: RunningServer, user: string, password: string): Promise<boolean> =>
  !JSON.stringify(await askAs(server, { user, password }, 'PING')).includes('WRONGPASS');

const usersOf = async (server: RunningServer): Promise<readonly string[]> =>
  (asItems(await askAs(server, login, 'ACL', 'LIST')) ?? []).map((line) => asText(line) ?? '').toSorted();

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await holds());) {
    if (performance.now() - began > 10_000) throw new Error(`not within 10 s: ${what}`);
    await pause(50);
  }
}

const replicates = async (master: RunningServer, replicas: readonly RunningServer[]): Promise<void> => {
  const info = async (server: RunningServer): Promise<string> =>
    asText(await askAs(server, login, 'INFO', 'replication')) ?? '';
  await until('replicas are online', async () => {
    const text = await info(master);
    const up = await Promise.all(replicas.map(info));
    return (
      (text.match(/state=online/g) ?? []).length === replicas.length &&
      up.every((one) => one.includes('master_link_status:up'))
    );
  });
};

describe.each(ends)('$name with two replicas', (kind) => {
  let servers: readonly RunningServer[] = [];
  let master: RunningServer;
  let load: Load;
  const secretsFile = join(folder, `${kind.name}.json`);
  const rotate = async (rotated: string) => {
    const { plan } = await makeRotation(servers.map(targetOf), {
      rotated,
      login,
      watchSeconds: 0.5,
      censusSeconds: 0,
    });
    const result = await applyPlan(plan, { secretsFile, login, patience: 20, confirmWithin: 0 });
    return { plan, ...result };
  };

  beforeAll(async () => {
    master = await kind.start(lines(kind));
    const follow = [...lines(kind), `replicaof 127.0.0.1 ${master.port}`];
    servers = [master, await kind.start(follow), await kind.start(follow)];
    await replicates(master, servers.slice(1));
    writeSecrets(secretsFile, {
      schema: 'keyward.secrets/1',
      plan: 'by hand',
      secrets: { 'user:app': { user: 'app', password: old.app } },
    });
    load = await startLoad({
      port: master.port,
      secretsFile,
      user: 'app',
      clients: ['node-redis', 'ioredis'],
    });
  });
  afterAll(async () => {
    await load?.stop();
    for (const server of servers) await server.stop();
  });

  it('changes the password of its applications on all of them', async () => {
    const { outcome } = await rotate('app');
    expect(outcome).toEqual({ kind: 'done' });
    await load.moved();
    const password = readSecrets(secretsFile)?.secrets['user:app']?.password ?? '';
    for (const server of servers) {
      expect(await letsIn(server, 'app', old.app)).toBe(false);
      expect(await letsIn(server, 'app', password)).toBe(true);
      expect(readFileSync(server.configFile, 'utf8')).not.toContain(old.app);
    }
    expect(load.stats()).toMatchObject({ errors: [], tooEarly: 0 });
  });

  it('changes the password of its replicas, whose links come back with it, and takes it back', async () => {
    const before = await Promise.all(servers.map(usersOf));
    const { outcome, plan } = await rotate('link');
    expect(outcome).toEqual({ kind: 'done' });
    expect(plan.steps.map(({ kind: step, node }) => `${step} ${node}`)).toEqual([
      'rotate-add n1',
      'rotate-add n2',
      'rotate-add n3',
      'replication-login n1',
      'replication-login n2',
      'replication-login n3',
      'replication-login n1',
      'rotate-remove n1',
      'rotate-remove n2',
      'rotate-remove n3',
    ]);
    await replicates(master, servers.slice(1));
    const password = readSecrets(secretsFile)?.secrets['user:link']?.password ?? '';
    for (const server of servers) {
      expect(await letsIn(server, 'link', old.link)).toBe(false);
      expect(JSON.stringify(await askAs(server, login, 'CONFIG', 'GET', 'masterauth'))).toContain(password);
      expect(readFileSync(server.configFile, 'utf8')).not.toContain(old.link);
    }
    await askAs(master, login, 'CLIENT', 'KILL', 'TYPE', 'replica');
    await replicates(master, servers.slice(1));

    expect(await undoPlan(plan.id, { login, goBackWithin: 1 })).toMatchObject({ kind: 'undone' });
    expect(await Promise.all(servers.map(usersOf))).toEqual(before);
    await askAs(master, login, 'CLIENT', 'KILL', 'TYPE', 'replica');
    await replicates(master, servers.slice(1));
    const { errors, tooEarly } = await load.stop();
    expect({ errors, tooEarly }).toEqual({ errors: [], tooEarly: 0 });
  }, 60_000);

  it('is not rotated in part: a replica that is not named stands in the way', async () => {
    const { plan } = await makeRotation([targetOf(master)], { rotated: 'link', login, censusSeconds: 0 });
    expect(plan.steps).toEqual([]);
    expect(plan.unmet.map(({ why }) => why)).toEqual([
      expect.stringMatching(/^replica 127\.0\.0\.1.* may log in as link, and is not named$/),
    ]);
  });
});

describe.each(kinds)('$name with a client that keeps to the old password', (kind) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await kind.start(lines(kind));
  });
  afterAll(() => server?.stop());

  it('has the old password again', async () => {
    const before = { users: await usersOf(server), conf: readFileSync(server.configFile, 'utf8') };
    const answers: string[] = [];
    const end = new AbortController();
    // Never long enough connected to be seen as one who did not move.
    const stubborn = (async () => {
      while (!end.signal.aborted) {
        answers.push(JSON.stringify(await askAs(server, { user: 'app', password: old.app }, 'PING')));
        await pause(100);
      }
    })();
    const secretsFile = join(folder, `${kind.name}-stubborn.json`);
    const { plan } = await makeRotation([targetOf(server)], {
      rotated: 'app',
      login,
      watchSeconds: 5,
      censusSeconds: 0,
    });
    const { outcome } = await applyPlan(plan, { secretsFile, login, patience: 10, confirmWithin: 0 });
    expect(outcome).toMatchObject({
      kind: 'undone',
      why: expect.stringMatching(/a login of app was refused: it came from 127\.0\.0\.1:\d+$/),
    });
    const refused = answers.filter((answer) => answer.includes('WRONGPASS')).length;
    answers.splice(0);
    await pause(300);
    end.abort();
    await stubborn;
    expect(refused).toBeGreaterThan(0);
    expect(answers.filter((answer) => answer.includes('WRONGPASS'))).toEqual([]);
    expect(answers.length).toBeGreaterThan(1);
    expect(readSecrets(secretsFile)).toBeUndefined();
    expect({ users: await usersOf(server), conf: readFileSync(server.configFile, 'utf8') }).toEqual(before);
    expect(JSON.stringify(await ask({ port: server.port }, 'PING'))).toContain('NOAUTH');
  });
});
