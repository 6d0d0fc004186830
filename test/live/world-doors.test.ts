import { readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/model/index.ts';
import { ask } from './support/ask.ts';
import { matrix, matrixServer } from './support/servers.ts';
import { at, ends, nodeOf, seen, started, worldOf } from './support/worlds.ts';
import { keptFromOthers } from './support/other-accounts.ts';

/** Replication and Sentinel take seconds a server; KEYWARD_DEEP takes them all. */
const some = matrix.filter(
  ({ name }) => process.env['KEYWARD_DEEP'] !== undefined || /5\.0|7\.0|9\.1/.test(name),
);
const withTls = matrix.filter((kind) => kind.atLeast(6, 0));
const set = (name: string, value: string): Action => ({ do: 'set-setting', ...at(), name, value });

describe.each(withTls)('TLS at $name', (kind) => {
  it('is made, served, and the way to the server when its plain port is closed', async () => {
    const { server, node, world } = await started(kind);
    const folder = join(server.dir, 'tls');
    const make: Action = {
      do: 'make-certificate',
      ...at(),
      folder,
      names: ['localhost', '127.0.0.1'],
      days: 30,
      clients: ['app'],
    };
    const files = ['ca.key', 'ca.crt', 'server.key', 'server.crt', 'app.key', 'app.crt'].map((name) =>
      join(folder, name),
    );
    const before = [];
    for (const path of files) before.push(await world.capture({ kind: 'file', ...at(), path }));
    await world.perform(make);
    const made = files.map((path) => readFileSync(path, 'latin1'));
    await world.perform(make);
    expect(files.map((path) => readFileSync(path, 'latin1'))).toEqual(made);
    expect(statSync(files[0] ?? '').mode & 0o777).toBe(0o600);

    const names = ['tls-ca-cert-file', 'tls-key-file', 'tls-cert-file', 'tls-port', 'port'] as const;
    const settings = [];
    for (const name of names) settings.push(await world.capture({ kind: 'setting', ...at(), name }));
    await world.perform(set('tls-ca-cert-file', join(folder, 'ca.crt')));
    await world.perform(set('tls-key-file', join(folder, 'server.key')));
    await world.perform(set('tls-cert-file', join(folder, 'server.crt')));
    if (!kind.atLeast(6, 2)) return; // 6.0 cannot open or close a port while it runs.
    await world.perform(set('tls-auth-clients', 'yes'));
    await world.perform(set('tls-port', String(server.tlsPort)));
    const door = { ...at(), host: '127.0.0.1', port: server.tlsPort } as const;
    expect(
      await seen(world, {
        claim: 'serves',
        ...door,
        certificate: join(folder, 'server.crt'),
        ca: join(folder, 'ca.crt'),
      }),
    ).toMatch(/^held: the certificate of the file/);
    expect(await seen(world, { claim: 'client-certificate', ...door, required: true })).toMatch(
      /^held: refused/,
    );
    expect(await seen(world, { claim: 'port', ...door, tls: true, open: true })).toBe('held: it answers');
    await world.perform(set('port', '0'));
    expect(
      await seen(world, {
        claim: 'port',
        ...at(),
        host: '127.0.0.1',
        port: server.port,
        tls: false,
        open: false,
      }),
    ).toMatch(/^held: ECONNREFUSED/);
    await world.perform({ do: 'save', ...at(), by: 'config-rewrite' });
    // Another process comes later and finds the server by its file, and the certificate beside the authority's.
    const later = worldOf(node);
    expect(await seen(later, { claim: 'setting', ...at(), name: 'port', value: '0' })).toBe(
      'held: CONFIG GET says port 0',
    );
    for (const one of settings.toReversed()) await later.restore(one);
    expect(await seen(later, { claim: 'client-certificate', ...door, required: true })).toMatch(/^untried/);
    for (const one of before.toReversed()) await later.restore(one);
    expect(await ask({ port: server.port }, 'PING')).toEqual({ kind: 'simple', text: 'PONG' });
    expect(() => statSync(folder)).toThrow(/ENOENT/);
  });
});

describe.each(matrix)('the way to $name', (kind) => {
  it('is found again with the password that the plan gave', async () => {
    const { node, world } = await started(kind);
    const name = 'requirepass';
    const before = await world.capture({ kind: 'setting', ...at(), name });
    await world.perform({ do: 'set-setting', ...at(), name, value: { secret: 'requirepass' } });
    const later = worldOf(node);
    expect(await seen(later, { claim: 'setting', ...at(), name, value: { secret: 'requirepass' } })).toBe(
      'held: CONFIG GET says the requirepass of the plan',
    );
    expect(
      await seen(later, { claim: 'login', ...at(), as: { kind: 'wrong', user: 'default' }, accepted: false }),
    ).toMatch(/^held/);
    await later.restore(before);
    expect(await seen(later, { claim: 'login', ...at(), as: { kind: 'nobody' }, accepted: true })).toBe(
      'held: let in',
    );
  });

  it('is its unix socket when it listens nowhere else', async () => {
    const { server, node } = await started(kind, ({ dir }) => [`unixsocket ${dir}/s`]);
    const world = worldOf(node);
    expect(await seen(world, { claim: 'answers', ...at() })).toBe('held: it answers');
    const file = await world.capture({ kind: 'file', ...at(), path: server.configFile });
    const process = await world.capture({ kind: 'process', ...at(), by: { kind: 'relaunch' } });
    await world.perform({
      do: 'edit-conf',
      ...at(),
      path: server.configFile,
      changes: [{ do: 'set', name: 'port', args: ['0'] }],
    });
    await world.perform({ do: 'restart', ...at(), by: { kind: 'relaunch' } });
    expect(await seen(worldOf(node), { claim: 'setting', ...at(), name: 'port', value: '0' })).toMatch(
      /^held/,
    );
    const later = worldOf(node);
    await later.restore(file);
    await later.restore(process);
    expect(await ask({ port: server.port }, 'PING')).toEqual({ kind: 'simple', text: 'PONG' });
  });

  it.skipIf(keptFromOthers !== '')(
    `leads to the same account when it is started again${keptFromOthers}`,
    async () => {
      const account = { uid: 65_534, gid: 65_534 };
      const { world } = await started(kind, [], {}, { user: account });
      const runsAs = { claim: 'runs-as', ...at(), user: '65534' } as const;
      expect(await seen(world, runsAs)).toBe('held: it runs as account 65534');
      await world.perform({ do: 'restart', ...at(), by: { kind: 'relaunch' } });
      expect(await seen(world, runsAs)).toBe('held: it runs as account 65534');
    },
  );
});

describe('replication', () => {
  it.each(some)('of $name is seen from both sides', async (kind) => {
    // Else a master waits for more replicas before it begins.
    const one = await started(kind, ['repl-diskless-sync-delay 0']);
    const two = await started(kind, [`replicaof 127.0.0.1 ${one.server.port}`], { role: 'replica' });
    await expect
      .poll(() => seen(two.world, { claim: 'replicates', ...at() }), { timeout: 15_000 })
      .toBe('held: link to its master: up');
    const master = worldOf(one.node);
    await expect
      .poll(() => seen(worldOf(one.node), { claim: 'replicates', ...at() }), { timeout: 10_000 })
      .toMatch(/^held: 1 replicas online, 1 with all of its \d+ bytes$/);
    expect(await seen(master, { claim: 'replicates', ...at() })).toMatch(/^held: 1 replicas online/);
    // The server's own connection to its master is nobody who uses it.
    expect(await seen(two.world, { claim: 'unused', ...at(), user: 'default' })).toBe('held: nobody');
    await two.server.stop();
    await expect
      .poll(() => seen(master, { claim: 'replicates', ...at() }), { timeout: 10_000 })
      .toMatch(/^broken: 0 replicas online/);
  });
});

describe('Sentinel', () => {
  it.each(some)('of $name is told and told back', async (kind) => {
    const { server: primary } = await started(kind);
    const server = await kind.start([`sentinel monitor main 127.0.0.1 ${primary.port} 1`], {
      sentinel: true,
    });
    ends.push(() => server.stop());
    const world = worldOf(nodeOf(kind, server, { mode: 'sentinel', role: 'sentinel' }));
    const options = [
      ['down-after-milliseconds', '7777'],
      ['auth-pass', 'k3yward-Sentinel-secret'],
      ...(kind.atLeast(6, 2) || kind.name === 'redis-6.0' ? [['auth-user', 'sentinel'] as const] : []),
    ] as const;
    for (const [option, value] of options) {
      const resource = { kind: 'sentinel', ...at(), master: 'main', option } as const;
      const before = await world.capture(resource);
      for (let twice = 0; twice < 2; twice += 1)
        await world.perform({ do: 'set-sentinel', ...at(), master: 'main', option, value });
      const after = await world.capture(resource);
      expect(after.state).toEqual({ value });
      await world.restore(before);
      expect(await world.capture(resource)).toEqual(before);
    }
  });
});

describe('what a server says when it refuses', () => {
  it.each(matrix)('$name: holds no secret', async (kind) => {
    const { world } = await started(kind);
    const secret = 'k3yward-Never-shown-0009';
    const wrong: readonly Action[] = [
      set('masterauth-x', secret),
      { do: 'set-user', ...at(), user: 'x', rules: ['on', `>${secret}`, `#${secret}`, '+no-such'] },
      { do: 'set-user', ...at(), user: 'x', rules: ['on', `!${secret}`, `<${secret}`, 'nonsense'] },
      { do: 'set-sentinel', ...at(), master: 'x', option: 'auth-pass', value: secret },
    ];
    for (const action of wrong) {
      const error = await world.perform(action).then(
        () => undefined,
        (reason: unknown) => String(reason),
      );
      expect(error).toBeDefined();
      expect(error?.replaceAll('masterauth-x', '')).not.toContain(secret);
    }
  });
});

describe('a server that lies', () => {
  const speaking = async (reply: (data: Buffer) => string | undefined) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => {
        const answer = reply(data);
        if (answer === undefined) socket.destroy();
        else socket.write(answer);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const kind = matrixServer('redis-7.0');
    const target = { kind: 'tcp', host: '127.0.0.1', port, tls: false } as const;
    return worldOf(
      { id: 'n1', target, product: 'redis', version: kind.version, mode: 'standalone', role: 'master' },
      { timeout: 100 },
    );
  };

  it.each([
    ['says OK to everything', () => '+OK\r\n'],
    ['says nonsense', () => 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['says numbers', () => ':1\r\n'],
    ['says nested emptiness', () => '*3\r\n*0\r\n$-1\r\n%1\r\n+a\r\n+b\r\n'],
    ['says escape codes', () => '-ERR \u001b[2J\u0007 NOPERM\r\n'],
    ['hangs up', () => undefined],
    ['begins and does not end', () => '$100\r\nabc'],
    ['refuses everything', () => '-NOPERM no\r\n'],
  ])('%s: nothing hangs, and no trial throws', async (_, reply) => {
    const world = await speaking(reply);
    const user = { kind: 'user', user: 'app', password: { secret: 'user:app' } } as const;
    for (const claim of [
      { claim: 'answers', ...at() },
      { claim: 'setting', ...at(), name: 'port', value: '1' },
      { claim: 'user-exists', ...at(), user: 'app', exists: true },
      { claim: 'login', ...at(), as: user, accepted: true },
      { claim: 'command', ...at(), as: user, words: ['FLUSHALL'], permitted: false },
      { claim: 'unused', ...at(), user: 'default' },
      { claim: 'replicates', ...at() },
      { claim: 'runs-as', ...at(), user: 'nobody' },
    ] as const) {
      const { outcome, saw } = await world.test(claim);
      expect(['held', 'broken', 'untried']).toContain(outcome);
      // oxlint-disable-next-line no-control-regex -- what must not come through
      expect(saw).not.toMatch(/[\u0000-\u001f]/);
    }
    // It took none of what it was told: a user that is not there afterwards was not given back.
    const state = { users: true, line: 'user app on nopass ~* &* -@all +get' };
    const captured = {
      resource: { kind: 'user', ...at(), user: 'app' },
      state,
      digest: '',
      fingerprint: '',
    } as const;
    await expect(world.restore(captured)).rejects.toThrow();
  });

  it('is told FLUSHALL by no trial, whatever it says', async () => {
    const heard: string[] = [];
    const world = await speaking((data) => {
      heard.push(data.toString('latin1'));
      return '+OK\r\n';
    });
    await world.test({
      claim: 'command',
      ...at(),
      as: { kind: 'user', user: 'app', password: { secret: 'user:app' } },
      words: ['FLUSHALL'],
      permitted: false,
    });
    expect(heard.filter((text) => /FLUSHALL/.test(text) && !/DRYRUN/.test(text))).toEqual([]);
  });
});
