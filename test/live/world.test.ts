import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Action, Resource } from '../../src/model/index.ts';
import { converse } from './support/ask.ts';
import { matrix, matrixServer, type MatrixServer } from './support/servers.ts';
import { at, endAllIn, ends, seen, started, worldOf, type World } from './support/worlds.ts';

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
  const { digest, fingerprint } = before;
  expect(await world.capture(resource)).toMatchObject({ digest, fingerprint });
  await world.restore(before);
  expect(await world.capture(resource)).toMatchObject({ digest, fingerprint });
}

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
      await roundTrip(world, { do: 'set-setting', ...at(), name, value }, { kind: 'setting', ...at(), name });
    }
  });

  it('has the output buffers of one class of clients, whatever those of the others are', async () => {
    const { world } = await started(kind, ['client-output-buffer-limit normal 0 0 0']);
    const claim = {
      claim: 'setting',
      ...at(),
      name: 'client-output-buffer-limit',
      value: 'replica 64mb 32mb 60',
    } as const;
    expect(await seen(world, claim)).toMatch(/^broken/);
    await world.perform({
      do: 'set-setting',
      ...at(),
      name: claim.name,
      value: 'slave 67108864 33554432 60',
    });
    await world.perform({ do: 'set-setting', ...at(), name: claim.name, value: 'normal 1048576 0 0' });
    expect(await seen(world, claim)).toMatch(/^held: .* slave 67108864 33554432 60/);
    expect(await seen(world, { ...claim, value: 'normal 0 0 0' })).toMatch(/^broken/);
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

  it.runIf(hasUsers(kind))(
    'is ours still when its default user is closed, and open again afterwards',
    async () => {
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
    },
  );

  it('edits its file, which it loads at its next start, and puts it back byte for byte', async () => {
    const { server, world } = await started(kind, ['# ours', 'maxmemory  100mb', 'rename-command DEBUG ""']);
    const text = readFileSync(server.configFile, 'latin1');
    chmodSync(server.configFile, 0o640);
    const file = { kind: 'file', ...at(), path: server.configFile } as const;
    const before = await world.capture(file);
    await roundTrip(
      world,
      {
        do: 'edit-conf',
        ...at(),
        path: server.configFile,
        changes: [
          { do: 'set', name: 'maxmemory', args: ['200mb'] },
          { do: 'set', name: 'requirepass', args: [{ secret: 'requirepass' }] },
          { do: 'append', name: 'rename-command', args: ['FLUSHALL', ''] },
        ],
      },
      file,
    );
    expect(readFileSync(server.configFile, 'latin1')).toBe(text);
    expect(statSync(server.configFile).mode & 0o777).toBe(0o640);
    await expect(
      world.perform({
        do: 'edit-conf',
        ...at(),
        path: server.configFile,
        changes: [{ do: 'set', name: 'port', args: ['99999'] }],
      }),
    ).rejects.toThrow(/was not written: the server would not start/);
    expect((await world.capture(file)).digest).toBe(before.digest);

    await world.perform({
      do: 'edit-conf',
      ...at(),
      path: server.configFile,
      changes: [
        { do: 'set', name: 'maxmemory', args: ['200mb'] },
        { do: 'set', name: 'requirepass', args: [{ secret: 'requirepass' }] },
      ],
    });
    const process = { kind: 'process', ...at(), by: { kind: 'relaunch' } } as const;
    const captured = await world.capture(process);
    await world.perform({ do: 'restart', ...at(), by: { kind: 'relaunch' } });
    // Which start of it this is: undo starts anew only what was started since.
    expect((await world.capture(process)).digest).not.toBe(captured.digest);
    expect((await world.capture(process)).fingerprint).toBe(captured.fingerprint);
    expect(await seen(world, { claim: 'setting', ...at(), name: 'maxmemory', value: '200mb' })).toBe(
      'held: CONFIG GET says maxmemory 209715200',
    );
    for (const claim of ['setting', 'file-sets'] as const)
      expect(
        await seen(world, {
          claim,
          ...at(),
          path: server.configFile,
          name: 'requirepass',
          value: { secret: 'requirepass' },
        }),
      ).toMatch(/^held: \S.* says the requirepass of the plan$/);
    expect(await seen(world, { claim: 'login', ...at(), as: { kind: 'nobody' }, accepted: false })).toMatch(
      /^held: NOAUTH/,
    );
    await world.restore(before);
    await world.restore(captured);
    expect(await seen(world, { claim: 'setting', ...at(), name: 'maxmemory', value: '100mb' })).toMatch(
      /^held/,
    );
    expect(await seen(world, { claim: 'login', ...at(), as: { kind: 'nobody' }, accepted: true })).toMatch(
      /^held/,
    );
  });

  it('is started again as it was, when it had been killed', async () => {
    const { server, world } = await started(kind, ['save 3600 1']);
    const talk = await converse({ port: server.port });
    await talk.ask('SET', 'kept', 'value');
    await talk.ask('SAVE');
    talk.end();
    const captured = await world.capture({ kind: 'process', ...at(), by: { kind: 'relaunch' } });
    endAllIn(server.dir);
    expect(await seen(world, { claim: 'answers', ...at() })).toBe('broken: no answer');
    await world.restore(captured);
    expect(await seen(world, { claim: 'answers', ...at() })).toBe('held: it answers');
    const again = await converse({ port: server.port });
    expect(await again.ask('GET', 'kept')).toBe('value');
    again.end();
  });

  it('is not stopped where it would forget its data', async () => {
    const { server, world } = await started(kind);
    const talk = await converse({ port: server.port });
    await talk.ask('SET', 'kept', 'value');
    await expect(world.perform({ do: 'restart', ...at(), by: { kind: 'relaunch' } })).rejects.toThrow(
      /a restart would lose it/,
    );
    expect(await talk.ask('GET', 'kept')).toBe('value');
    talk.end();
  });

  it.runIf(hasUsers(kind)).each(['conf', 'aclfile'] as const)('keeps users in its %s', async (file) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-users-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    const aclFile = join(folder, 'users.acl');
    writeFileSync(
      aclFile,
      'user default on nopass ~* +@all\nuser old on >old-password ~a:* -@all +get +set\n',
    );
    const conf =
      file === 'conf' ? ['user old on >old-password ~a:* -@all +get +set'] : [`aclfile ${aclFile}`];
    const { server, world } = await started(kind, conf);
    const path = file === 'conf' ? server.configFile : aclFile;
    const keep = (user: string): Action => ({ do: 'keep-user', ...at(), user, path, file });
    const rules = [
      'reset',
      'on',
      { secret: 'user:app' },
      '~app:*',
      '-@all',
      '+@read',
      '+set',
      '-keys',
    ] as const;
    for (const user of ['app', 'old'])
      await world.perform({ do: 'set-user', ...at(), user, rules: [...rules] });
    for (const user of ['app', 'old']) {
      const kept = { claim: 'user-kept', ...at(), user, path, file } as const;
      expect(await seen(world, kept)).toMatch(/^broken/);
      await roundTrip(world, keep(user), { kind: 'file', ...at(), path });
      await world.perform(keep(user));
      expect(await seen(world, kept)).toMatch(/^held/);
    }
    await world.perform({ do: 'restart', ...at(), by: { kind: 'relaunch' } });
    for (const user of ['app', 'old'])
      expect(await seen(world, { claim: 'user-kept', ...at(), user, path, file })).toMatch(/^held/);
    expect(
      await seen(world, {
        claim: 'login',
        ...at(),
        as: { kind: 'user', user: 'old', password: { secret: 'user:app' } },
        accepted: true,
      }),
    ).toBe('held: let in');
    // Deleted and kept so.
    await world.perform({ do: 'delete-user', ...at(), user: 'old' });
    await world.perform(keep('old'));
    expect(readFileSync(path, 'latin1')).not.toMatch(/user old/);
  });

  it('saves what it is told to save', async () => {
    const { server, world } = await started(kind);
    await world.perform({ do: 'set-setting', ...at(), name: 'timeout', value: '77' });
    await world.perform({ do: 'save', ...at(), by: 'config-rewrite' });
    expect(
      await seen(world, {
        claim: 'file-sets',
        ...at(),
        path: server.configFile,
        name: 'timeout',
        value: '77',
      }),
    ).toBe(`held: ${server.configFile} says timeout 77`);
    const saved = await world.capture({ kind: 'saved', ...at(), by: 'config-rewrite' });
    await world.perform({ do: 'set-setting', ...at(), name: 'timeout', value: '0' });
    await world.restore(saved);
    expect(
      await seen(world, {
        claim: 'file-sets',
        ...at(),
        path: server.configFile,
        name: 'timeout',
        value: '0',
      }),
    ).toMatch(/^held/);
  });

  it('says what each may do, and nothing is done by asking', async () => {
    const { server, world } = await started(kind, hasUsers(kind) ? [] : ['rename-command FLUSHALL ""']);
    const talk = await converse({ port: server.port });
    ends.push(() => talk.end());
    await talk.ask('SET', 'kept', 'value');
    const may = (words: readonly string[], permitted: boolean, user?: string) =>
      seen(world, {
        claim: 'command',
        ...at(),
        as:
          user === undefined ? { kind: 'nobody' } : { kind: 'user', user, password: { secret: 'user:app' } },
        words,
        permitted,
      });
    expect(await may(['FLUSHDB'], true)).toMatch(/^held: (ACL DRYRUN: permitted|let into a transaction)/);
    expect(await may(['SHUTDOWN', 'NOSAVE'], true)).toMatch(/^held/);
    if (!hasUsers(kind)) expect(await may(['FLUSHALL'], false)).toMatch(/^held: .*unknown command/);
    else {
      await world.perform({
        do: 'set-user',
        ...at(),
        user: 'app',
        rules: ['reset', 'on', { secret: 'user:app' }, '~app:*', '+@all', '-@dangerous', '+ping'],
      });
      const has = (...words: readonly string[]) =>
        seen(world, { claim: 'user-has', ...at(), user: 'app', words });
      expect(await has('on', '~app:*', '-@dangerous', '-@admin', '+get')).toMatch(/^held/);
      expect(await has('+@admin')).toBe('broken: ACL LIST says no +@admin');
      expect(await may(['FLUSHALL'], false, 'app')).toMatch(/^held/);
      expect(await may(['CONFIG', 'GET', 'port'], false, 'app')).toMatch(/^held/);
      expect(await may(['GET', 'app:1'], true, 'app')).toMatch(/^held/);
      expect(await may(['SET', 'app:1', 'x'], true, 'app')).toMatch(/^held/);
      expect(await may(['SET', 'kept', 'x'], false, 'app')).toMatch(/^held/);
      expect(await may(['SET', 'kept', 'x'], true, 'app')).toMatch(/^broken/);
    }
    expect(await talk.ask('GET', 'kept')).toBe('value');
    expect(await talk.ask('DBSIZE')).toBe(1);
  });

  it('says who uses it, ourselves not counted', async () => {
    const { server, world } = await started(kind);
    const unused = { claim: 'unused', ...at(), user: 'default' } as const;
    const port = { claim: 'unused', ...at(), port: server.port } as const;
    expect(await seen(world, unused)).toBe('held: nobody');
    expect(await seen(world, port)).toBe('held: nobody is connected');
    const talk = await converse({ port: server.port });
    await talk.ask('PING');
    await world.capture({ kind: 'user', ...at(), user: 'default' });
    expect(await seen(world, unused)).toBe('broken: 1 connection of default');
    expect(await seen(world, port)).toMatch(
      kind.atLeast(6, 2) ? /^broken: 1 connections to port/ : /^untried/,
    );
    expect(await seen(world, { claim: 'moved', ...at(), user: 'default' })).toMatch(/^broken/);
    talk.end();
    const next = await converse({ port: server.port });
    await next.ask('PING');
    expect(await seen(world, { claim: 'moved', ...at(), user: 'default' })).toBe('held: all have come anew');
    next.end();
  });
});

describe('files of a host', () => {
  it('are written, narrowed, and put back', async () => {
    const kind = matrixServer('redis-7.0');
    const { server, world } = await started(kind);
    const path = join(server.dir, 'drop.in', 'keyward.conf');
    await roundTrip(
      world,
      { do: 'write-file', ...at(), path, text: '[Service]\n', mode: '644' },
      { kind: 'file', ...at(), path },
    );
    expect(existsSync(join(server.dir, 'drop.in'))).toBe(false);
    chmodSync(server.configFile, 0o666);
    await roundTrip(
      world,
      { do: 'set-access', ...at(), path: server.configFile, mode: 'go-w', owner: '65534', group: '65534' },
      { kind: 'access', ...at(), path: server.configFile },
    );
    const access = { claim: 'access', ...at(), path: server.configFile, mode: 'go-w' } as const;
    expect(await seen(world, access)).toMatch(/^broken: mode 666/);
    await world.perform({ do: 'set-access', ...at(), path: server.configFile, mode: 'go-w' });
    expect(await seen(world, access)).toMatch(/^held: mode 644/);
  });
});
