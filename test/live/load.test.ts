/** The instrument that measures whether anybody is locked out: it must see nothing where nothing is, and else all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import { converse, type Conversation } from './support/ask.ts';
import { startLoad, type Load } from './support/load.ts';
import { libraries } from './support/load-clients.ts';
import { matrix } from './support/servers.ts';

const [server] = matrix.filter(({ atLeast }) => atLeast(7, 0));
if (server === undefined) console.warn('skipped: no server with ACL in .cache/servers');

describe.skipIf(server === undefined)('a load of real clients', () => {
  let running: RunningServer;
  let folder: string;
  let admin: Conversation;
  let load: Load | undefined;
  const secretsFile = (): string => join(folder, 'secrets.json');
  const keep = (...passwords: readonly string[]): void =>
    writeFileSync(
      secretsFile(),
      JSON.stringify({
        schema: 'keyward.secrets/1',
        plan: 'p',
        secrets: Object.fromEntries(
          passwords.map((password, i) => [`user:app:${i}`, { user: 'app', password }]),
        ),
      }),
    );
  const begin = async (): Promise<void> => {
    load = await startLoad({
      port: running.port,
      secretsFile: secretsFile(),
      user: 'app',
      clients: libraries,
    });
  };
  const users = (): readonly string[] => [...new Set(load?.stats().users)];

  beforeAll(async () => {
    if (server === undefined) return;
    running = await server.start();
    folder = mkdtempSync(join(tmpdir(), 'keyward-load-'));
    admin = await converse({ port: running.port });
    await admin.ask('ACL', 'SETUSER', 'admin', 'on', '>pw', '~*', '&*', '+@all');
    await admin.ask('AUTH', 'admin', 'pw');
    load = await startLoad({
      port: running.port,
      secretsFile: secretsFile(),
      user: 'app',
      clients: libraries,
    });
  });
  afterAll(async () => {
    admin?.end();
    await load?.stop();
    await running?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('makes a thousand requests a second', async () => {
    const before = load?.stats().requests ?? 0;
    await pause(1000);
    expect((load?.stats().requests ?? 0) - before).toBeGreaterThan(1000);
    expect(users()).toEqual(['']);
  });

  it('goes over to a login once the server knows it, then to the next, and nothing is lost', async () => {
    keep('first');
    await pause(150);
    expect(users()).toEqual(['']);
    expect(load?.stats().tooEarly).toBeGreaterThan(0);
    await admin.ask('ACL', 'SETUSER', 'app', 'on', '>first', '~*', '&*', '+@all');
    await load?.moved();
    expect(users()).toEqual(['app']);
    await admin.ask('ACL', 'SETUSER', 'default', 'resetpass', 'off');
    await admin.ask('ACL', 'SETUSER', 'app', '>second');
    keep('first', 'second');
    await load?.moved();
    await admin.ask('ACL', 'SETUSER', 'app', '<first');
    await pause(200);
    const stats = await load?.stop();
    expect(stats?.errors).toEqual([]);
    expect(stats?.moves).toBe(2 * (stats?.libraries.length ?? 0));
  });

  it('sees a request that was acknowledged and is not there', async () => {
    await begin();
    await pause(100);
    const counters = await admin.ask('KEYS', 'load-*:count');
    for (const key of Array.isArray(counters) ? counters : []) await admin.ask('DECR', key as Uint8Array);
    const { errors = [] } = (await load?.stop()) ?? {};
    expect(errors).toContainEqual(expect.stringMatching(/^node-redis: \d+ counts were acknowledged/));
  });

  it('sees who is locked out', async () => {
    await begin();
    await admin.ask('ACL', 'SETUSER', 'app', '-incr', '-set', '-eval', '-evalsha');
    await pause(200);
    await admin.ask('ACL', 'SETUSER', 'app', '+@all');
    const { errors, libraries: there } = (await load?.stop()) ?? { errors: [], libraries: [] };
    load = undefined;
    for (const library of there)
      expect(errors).toContainEqual(expect.stringMatching(new RegExp(`^${library}: .*NOPERM`)));
  });
});
