/**
 * What people fear: that closing a server shuts out those who use it. Real client libraries talk to every server of the
 * matrix that has users, a thousand requests a second and more, while it is closed, a password is rotated, and both are
 * taken back.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSecrets } from '../../../src/adapters/journal/secrets-file.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { applyPlan, makePlan, makeRotation, undoPlan } from '../../../src/index.ts';
import { asItems, asPairs, asText } from '../../../src/lang/resp/index.ts';
import { converse, type Conversation } from '../support/ask.ts';
import { startLoad, type Load } from '../support/load.ts';
import { libraries } from '../support/load-clients.ts';
import { ownState } from '../support/own-state.ts';
import type { MatrixServer } from '../support/servers.ts';
import { endAllIn } from '../support/worlds.ts';

/** The tests of one server. */
export const wholeWay = (kind: MatrixServer): void => {
  let folder = '';
  let secretsFile = '';
  let server: RunningServer;
  let load: Load;
  let target: string;
  let before: readonly string[];
  /** Stays logged in as an administrator of its own, to see what the server saw. */
  let observer: Conversation;
  const plans: string[] = [];
  ownState();

  const users = async (): Promise<readonly string[]> =>
    (asItems(await observer.ask('ACL', 'LIST')) ?? []).map((line) => asText(line) ?? '').toSorted();
  const refusedLogins = async (): Promise<readonly string[]> =>
    (asItems(await observer.ask('ACL', 'LOG', '1000')) ?? [])
      .map((entry) => new Map((asPairs(entry) ?? []).map(([name, value]) => [asText(name), asText(value)])))
      .filter((entry) => entry.get('reason') === 'auth' && entry.get('username') === 'app')
      .map((entry) => entry.get('client-info') ?? '');
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-no-lock-out-'));
    secretsFile = join(folder, 'secrets.json');
    server = await kind.start(['user observer on >0bserver-of-the-test ~* +@all']);
    target = `redis://127.0.0.1:${server.port}`;
    observer = await converse({ port: server.port });
    await observer.ask('AUTH', 'observer', '0bserver-of-the-test');
    before = await users();
    load = await startLoad({ port: server.port, secretsFile, user: 'app', clients: libraries });
  });
  afterAll(async () => {
    await load?.stop();
    observer?.end();
    if (server) endAllIn(server.dir);
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is closed: its applications go over to their new login', async () => {
    const { plan } = await makePlan([target], { policy: 'essential', censusSeconds: 0.5 });
    plans.push(plan.id);
    const { outcome } = await applyPlan(plan, { secretsFile, patience: 20, confirmWithin: 0 });
    expect(outcome).toEqual({ kind: 'done' });
    await load.moved();
    expect(load.stats()).toMatchObject({ errors: [], tooEarly: 0 });
    expect(new Set(load.stats().users)).toEqual(new Set(['app']));
    expect(await observer.ask('ACL', 'GETUSER', 'default')).toBeTruthy();
    expect((await users()).find((line) => line.startsWith('user default '))).toMatch(/^user default off /);
  });

  it('gets a new password for them', async () => {
    const had = readSecrets(secretsFile)?.secrets;
    const login = had?.['user:admin'];
    const { plan } = await makeRotation([target], {
      rotated: 'app',
      watchSeconds: 0.5,
      censusSeconds: 0,
      ...(login ? { login } : {}),
    });
    plans.push(plan.id);
    const { outcome } = await applyPlan(plan, {
      secretsFile,
      patience: 20,
      confirmWithin: 0,
      ...(login ? { login } : {}),
    });
    expect(outcome).toEqual({ kind: 'done' });
    await load.moved();
    const has = readSecrets(secretsFile)?.secrets;
    expect(has?.['user:admin']).toEqual(login);
    expect(has?.['user:app']?.password).not.toBe(had?.['user:app']?.password);
    expect(load.stats()).toMatchObject({ errors: [], tooEarly: 0 });
  });

  it('gets the old password back', async () => {
    const login = readSecrets(secretsFile)?.secrets['user:admin'];
    const { moves } = load.stats();
    expect(await undoPlan(plans[1] ?? '', login ? { login } : {})).toMatchObject({ kind: 'undone' });
    await load.moved();
    expect(load.stats()).toMatchObject({
      errors: [],
      tooEarly: 0,
      moves: moves + load.stats().libraries.length,
    });
  });

  it('is opened again, and is as it was', async () => {
    expect(await undoPlan(plans[0] ?? '')).toMatchObject({ kind: 'undone' });
    await load.moved();
    expect(new Set(load.stats().users)).toEqual(new Set(['']));
    expect(readSecrets(secretsFile)).toBeUndefined();
    expect(await users()).toEqual(before);
    const { errors, tooEarly, rate } = await load.stop();
    expect(rate).toBeGreaterThan(1000);
    expect({ errors, tooEarly, refused: await refusedLogins() }).toEqual({
      errors: [],
      tooEarly: 0,
      refused: [],
    });
  });
};
