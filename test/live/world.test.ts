import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createWorld, type WorldSettings } from '../../src/adapters/apply/index.ts';
import { placeNamed } from '../../src/adapters/place/index.ts';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import type { Action, Claim, PlanNode, Resource } from '../../src/model/index.ts';
import { converse } from './support/ask.ts';
import { matrix, matrixServer, type MatrixServer } from './support/servers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const secrets = new Map([
  ['user:admin', { user: 'admin', password: 'k3yward-Adm1n-secret-0001' }],
  ['user:app', { user: 'app', password: 'k3yward-App-secret-0002' }],
  ['requirepass', { user: 'default', password: 'k3yward-Default-secret-0003' }],
]);

const nodeOf = (kind: MatrixServer, server: RunningServer, more: Partial<PlanNode> = {}): PlanNode => ({
  id: 'n1',
  target: { kind: 'tcp', host: '127.0.0.1', port: server.port, tls: false },
  host: 'here',
  product: kind.product,
  version: kind.version,
  mode: 'standalone',
  role: 'master',
  conf: server.configFile,
  restart: { kind: 'relaunch' },
  ...more,
});

function worldOf(node: PlanNode, more: Partial<WorldSettings> = {}) {
  const world = createWorld({
    nodes: [node],
    login: {},
    tls: { insecure: false },
    secrets,
    timeout: 3000,
    place: placeNamed,
    ...more,
  });
  ends.push(() => world.close());
  return world;
}
type World = ReturnType<typeof worldOf>;

async function started(kind: MatrixServer, conf: readonly string[] = [], more: Partial<PlanNode> = {}) {
  const server = await kind.start(conf);
  ends.push(() => server.stop());
  const node = nodeOf(kind, server, more);
  return { server, node, world: worldOf(node) };
}

const seen = async (world: World, claim: Claim) => {
  const { outcome, saw } = await world.test(claim);
  return `${outcome}: ${saw}`;
};

/** Captures, does it twice, and puts back: the state is what it was, and done twice was as done once. */
async function roundTrip(world: World, action: Action, resource: Resource): Promise<void> {
  const before = await world.capture(resource);
  await world.perform(action);
  const once = await world.capture(resource);
  await world.perform(action);
  const twice = await world.capture(resource);
  expect(once.digest, 'it changes something').not.toBe(before.digest);
  expect(twice.digest, 'twice is as once').toBe(once.digest);
  await world.restore(JSON.parse(JSON.stringify(before)) as typeof before);
  const after = await world.capture(resource);
  expect(after).toEqual(before);
  await world.restore(before);
  expect(await world.capture(resource)).toEqual(before);
}

const at = (node = 'n1') => ({ node }) as const;
const hasUsers = (kind: MatrixServer): boolean => kind.atLeast(6, 0);

describe.each(matrix)('$name', (kind) => {
  it('takes settings and gives them back', async () => {
    const { world } = await started(kind, ['maxmemory 100mb']);
    const values: readonly (readonly [string, string])[] = [
      ['maxmemory', '209715200'],
      ['save', '3600 1 300 100'],
      ['client-output-buffer-limit', 'normal 1048576 0 0'],
      ['masterauth', 'pass with "quotes" and \\'],
      ['timeout', '77'],
      ['bind', '127.0.0.1 ::1'],
    ];
    for (const [name, value] of values) {
      // Before 6.2 a server cannot change where it listens while it runs.
      if (name === 'bind' && !kind.atLeast(6, 2)) continue;
      await roundTrip(
        world,
        { do: 'set-setting', ...at(), name, value },
        { kind: 'setting', ...at(), name },
      );
    }
  });

  it('takes a password for everybody and gives it back', async () => {
    const { world } = await started(kind);
    await roundTrip(
      world,
      { do: 'set-setting', ...at(), name: 'requirepass', value: { secret: 'requirepass' } },
      { kind: 'setting', ...at(), name: 'requirepass' },
    );
  });

  it.runIf(hasUsers(kind))('takes users and gives them back', async () => {
    const { world } = await started(kind, ['user old on >old-password ~a:* ~b:* -@all +get +set -keys']);
    const rules = ['reset', 'on', { secret: 'user:app' }, '~*', '+@all', '-@dangerous', '+info'] as const;
    for (const user of ['app', 'old', 'default'])
      await roundTrip(
        world,
        {
          do: 'set-user',
          ...at(),
          user,
          rules: user === 'default' ? ['resetpass', { secret: 'user:app' }] : [...rules],
        },
        { kind: 'user', ...at(), user },
      );
    await roundTrip(
      world,
      { do: 'delete-user', ...at(), user: 'old' },
      { kind: 'user', ...at(), user: 'old' },
    );
  });

  it.runIf(hasUsers(kind))('is ours still when its default user is closed, and open again afterwards', async () => {
    const { world, node } = await started(kind);
    const admin = { kind: 'user', ...at(), user: 'admin' } as const;
    const stranger = { kind: 'user', ...at(), user: 'default' } as const;
    const before = [await world.capture(admin), await world.capture(stranger)] as const;
    const all = kind.atLeast(6, 2) ? ['~*', '&*', '+@all'] : ['~*', '+@all'];
    await world.perform({
      do: 'set-user',
      ...at(),
      user: 'admin',
      rules: ['reset', 'on', { secret: 'user:admin' }, ...all],
    });
    await world.perform({ do: 'set-user', ...at(), user: 'default', rules: ['resetpass', 'off'] });
    // Another process knows nothing of our connections.
    const other = worldOf(node);
    expect(await seen(other, { claim: 'login', ...at(), as: { kind: 'nobody' }, accepted: false })).toMatch(
      /^held: NOAUTH/,
    );
    expect(
      await seen(other, { claim: 'login', ...at(), as: { kind: 'wrong', user: 'admin' }, accepted: false }),
    ).toMatch(/^held: WRONGPASS/);
    expect(
      await seen(other, {
        claim: 'login',
        ...at(),
        as: { kind: 'user', user: 'admin', password: { secret: 'user:admin' } },
        accepted: true,
      }),
    ).toBe('held: let in');
    expect(await seen(other, { claim: 'login', ...at(), as: { kind: 'operator' }, accepted: true })).toBe(
      'held: let in',
    );
    expect(await seen(other, { claim: 'unused', ...at(), user: 'default' })).toBe('held: nobody');
    await other.restore(before[1]);
    await other.restore(before[0]);
    const last = worldOf(node);
    expect((await last.capture(stranger)).digest).toBe(before[1].digest);
    expect((await last.capture(admin)).digest).toBe(before[0].digest);
    expect(await seen(last, { claim: 'login', ...at(), as: { kind: 'nobody' }, accepted: true })).toBe(
      'held: let in',
    );
  });
});
void [readFileSync, statSync, chmodSync, writeFileSync, mkdtempSync, rmSync, tmpdir, join, afterAll, converse, matrixServer];
