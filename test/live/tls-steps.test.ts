/** The steps of TLS on every server that knows it, and the stunnel pair in front of one that does not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type RunningServer } from '../../src/adapters/servers/index.ts';
import { makeCertificates } from '../../src/adapters/tls/make-certificate.ts';
import { stunnelPair } from '../../src/catalog/renderings/parts/stunnel-pair.ts';
import {
  clientCertificateSteps,
  dualPortSteps,
  plainPortSteps,
  rotateCertificateSteps,
  type StepParts,
  type TlsPlace,
  type TlsSteps,
} from '../../src/engine/tls-steps.ts';
import { edit, parseConf, printConf } from '../../src/lang/conf/index.ts';
import type { Action } from '../../src/model/index.ts';
import { tool } from '../renderings/support/tools.ts';
import { ask, type Where } from './support/ask.ts';
import { type MatrixServer, matrix, matrixServer } from './support/servers.ts';

const names = ['localhost', '127.0.0.1'];
const partsOf = (steps: TlsSteps) => {
  if ('unmet' in steps) throw new Error(steps.unmet);
  return steps.steps;
};

const plain = (word: unknown): string => {
  if (typeof word !== 'string') throw new Error('these steps need no secret');
  return word;
};

async function said(where: Where, ...words: readonly string[]): Promise<string> {
  const reply = await ask(where, ...words);
  if (typeof reply === 'string') return reply;
  if (reply instanceof Uint8Array) return Buffer.from(reply).toString();
  if (typeof reply === 'object' && reply !== null && 'text' in reply) return reply.text;
  return JSON.stringify(reply);
}

/** A server, and what these steps do to it, done by hand: apply itself is tested elsewhere. */
interface Bench {
  readonly place: TlsPlace;
  readonly tls: (client?: string) => ConnectionOptions;
  readonly where: () => Where;
  readonly perform: (action: Action) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function bench(server: MatrixServer): Promise<Bench> {
  const base = mkdtempSync(join(tmpdir(), 'keyward-tls-'));
  const folder = join(base, 'tls');
  const dir = join(base, 'data');
  for (const path of [folder, dir]) mkdirSync(path);
  const port = await freePort();
  const tlsPort = await freePort();
  let running: RunningServer = await server.start([`port ${port}`], { dir });
  let conf = readFileSync(running.configFile, 'utf8');
  const file = (name: string): string => join(folder, name);
  const place: TlsPlace = {
    node: {
      id: 'n1',
      product: server.product,
      version: server.version,
      conf: join(dir, 'server.conf'),
      restart: { kind: 'relaunch' },
    },
    folder,
    host: '127.0.0.1',
    port,
    tlsPort,
  };
  const tls = (client?: string): ConnectionOptions => ({
    ca: readFileSync(file('ca.crt')),
    ...(client === undefined
      ? {}
      : { key: readFileSync(file(`${client}.key`)), cert: readFileSync(file(`${client}.crt`)) }),
  });
  let overTls = false;
  // As a client with the server's own certificate, which names no user.
  const where = (): Where => (overTls ? { port: tlsPort, tls: tls('server') } : { port });
  const perform = async (action: Action): Promise<void> => {
    switch (action.do) {
      case 'make-certificate': {
        const keep = Object.fromEntries(
          ['ca', 'server', ...action.clients]
            .flatMap((name) => [`${name}.key`, `${name}.crt`])
            .filter((name) => existsSync(file(name)))
            .map((name) => [name, readFileSync(file(name))]),
        );
        for (const [name, bytes] of Object.entries(await makeCertificates({ ...action, keep })))
          writeFileSync(file(name), bytes);
        return;
      }
      case 'set-setting':
        expect(await said(where(), 'CONFIG', 'SET', action.name, plain(action.value))).toBe('OK');
        if (action.name === 'port') overTls = true;
        return;
      case 'set-user':
        expect(await said(where(), 'ACL', 'SETUSER', action.user, ...action.rules.map(plain))).toBe('OK');
        return;
      case 'edit-conf': {
        const changes = action.changes.map((change) => {
          if (change.do !== 'set') throw new Error(change.do);
          return { ...change, args: change.args.map(plain) };
        });
        const { value, problems } = edit(parseConf(Buffer.from(conf)), changes);
        expect(problems).toEqual([]);
        conf = Buffer.from(printConf(value)).toString();
        return;
      }
      case 'keep-user':
        return;
      case 'restart': {
        await running.stop();
        if (/^port 0$/m.test(conf)) overTls = true;
        // `env`: it is up when its log says so; the port that is tried otherwise is another one than ours.
        running = await server.start(conf.split('\n').filter(Boolean), { dir, within: ['env'] });
        return;
      }
      default:
        throw new Error(action.do);
    }
  };
  const close = async (): Promise<void> => {
    await running.stop();
    rmSync(base, { recursive: true, force: true });
  };
  return { place, tls, where, perform, close };
}

async function perform(one: Bench, steps: readonly StepParts[]): Promise<void> {
  for (const { does } of steps) for (const action of does) await one.perform(action);
}

/** SHA-256 of the certificate that is really served. */
const served = ({ place, tls }: Bench): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connectTls({ host: place.host, port: place.tlsPort, ...tls() }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });
const onDisk = ({ place }: Bench): string =>
  new X509Certificate(readFileSync(join(place.folder, 'server.crt'))).fingerprint256;

const wish = { names, days: 30, clients: ['app'] };
const knowTls = matrix.filter(({ product, atLeast }) => product !== 'redis' || atLeast(6, 0));

describe.each(knowTls)('$name', (server) => {
  let one: Bench;
  beforeAll(async () => {
    one = await bench(server);
  });
  afterAll(() => one.close());

  it('speaks TLS beside the plain port, to clients with a certificate and without', async () => {
    await perform(one, partsOf(dualPortSteps(one.place, wish)));
    expect(await said({ port: one.place.port }, 'PING')).toBe('PONG');
    for (const client of [undefined, 'app'])
      expect(await said({ port: one.place.tlsPort, tls: one.tls(client) }, 'PING')).toBe('PONG');
    expect(await served(one)).toBe(onDisk(one));
  });

  it('closes the plain port, and stays reachable by TLS', async () => {
    await perform(one, partsOf(plainPortSteps(one.place)));
    await expect(said({ port: one.place.port }, 'PING')).rejects.toThrow(/ECONNREFUSED/);
    expect(await said(one.where(), 'PING')).toBe('PONG');
  });

  it.each([false, true])('serves a new certificate at once, with a new key: %s', async (newKey) => {
    const before = onDisk(one);
    // Certificates tell whole seconds; a plan is older than that.
    const olderThan = new Date(Date.now() + 2000).toISOString();
    await perform(one, partsOf(rotateCertificateSteps(one.place, { ...wish, olderThan, newKey })));
    expect(onDisk(one)).not.toBe(before);
    expect(await served(one)).toBe(onDisk(one));
    expect(await said(one.where(), 'PING')).toBe('PONG');
  });

  it('asks for client certificates, and knows users by them where it can', async () => {
    const clients = [{ name: 'app', rules: ['~app:*', '+@read', '+ping', '+acl|whoami'] }];
    const steps = partsOf(clientCertificateSteps(one.place, { names, days: 30, clients }));
    const at = { port: one.place.tlsPort };
    await perform(one, steps.slice(0, 1));
    // Nobody is refused yet.
    expect(await said({ ...at, tls: one.tls() }, 'PING')).toBe('PONG');
    await perform(one, steps.slice(1));
    await expect(said({ ...at, tls: one.tls() }, 'PING')).rejects.toThrow();
    const who = await said({ ...at, tls: one.tls('app') }, 'ACL', 'WHOAMI');
    expect(who).toBe(mapsUsers(server) ? 'app' : 'default');
    if (mapsUsers(server)) expect(await said({ ...at, tls: one.tls('app') }, 'FLUSHALL')).toMatch(/^NOPERM/);
  });
});

const mapsUsers = ({ product, atLeast }: MatrixServer): boolean =>
  (product === 'redis' && atLeast(8, 6)) || (product === 'valkey' && atLeast(9, 0));

describe('a server that knows no TLS', () => {
  const stunnels: ChildProcess[] = [];
  afterAll(() => {
    for (const child of stunnels) child.kill('SIGKILL');
  });

  it('has no step, and is told of the tunnel', () => {
    const node = { id: 'n1', product: 'redis', version: '5.0.3' } as const;
    const place = { node, folder: '/etc/redis/tls', host: '127.0.0.1', port: 6379, tlsPort: 6380 };
    const wanted = { ...wish, clients: [], olderThan: '2026-01-01T00:00:00Z' };
    for (const steps of [
      dualPortSteps(place, wanted),
      plainPortSteps(place),
      rotateCertificateSteps(place, wanted),
      clientCertificateSteps(place, wanted),
    ])
      expect(steps).toMatchObject({ unmet: /no TLS/, advice: /stunnel/ });
  });

  it('is reached through a real stunnel at both ends, and by nobody without our certificates', async (test) => {
    const stunnel = await tool('stunnel');
    if ('missing' in stunnel) return test.skip(stunnel.missing);
    const folder = mkdtempSync(join(tmpdir(), 'keyward-stunnel-'));
    const server = await matrixServer('redis-5.0').start();
    try {
      const write = (files: Readonly<Record<string, string | Buffer>>): void => {
        for (const [name, bytes] of Object.entries(files))
          writeFileSync(join(folder, name), bytes, { mode: 0o600 });
      };
      write(await makeCertificates({ names, days: 30, clients: ['app'] }));
      const listen = { host: '127.0.0.1', port: await freePort() };
      const at = { server: { host: '127.0.0.1', port: server.port }, listen, folder };
      const pair = (reachedAs: string, port: number) =>
        stunnelPair({ ...at, reachedAs, client: { port, folder, name: 'app' } });
      const [byName, byAddress, wrong] = [await freePort(), await freePort(), await freePort()];
      write({
        'server.conf': pair('localhost', byName).server,
        'by-name.conf': pair('localhost', byName).client,
        'by-address.conf': pair('127.0.0.1', byAddress).client,
        'wrong.conf': pair('localhost', wrong).client.replace(
          'checkHost = localhost',
          'checkHost = other.example',
        ),
      });
      const [program, ...words] = stunnel.argv;
      for (const name of ['server', 'by-name', 'by-address', 'wrong'])
        stunnels.push(
          spawn(program, [...words, join(folder, `${name}.conf`)], { env: stunnel.env, stdio: 'ignore' }),
        );
      const ping = async (where: Where): Promise<unknown> =>
        said(where, 'PING').catch((error: Error) => error.message);
      for (let turn = 0; turn < 100 && (await ping({ port: byName })) !== 'PONG'; turn++) await wait(50);
      expect(await ping({ port: byName })).toBe('PONG');
      expect(await ping({ port: byAddress })).toBe('PONG');
      const value = createHash('sha256').update('large').digest('hex').repeat(20_000);
      expect(await said({ port: byName }, 'SET', 'key', value)).toBe('OK');
      expect(await said({ port: byAddress }, 'GET', 'key')).toHaveLength(value.length);
      // Another name, no certificate, a certificate of nobody: no way in.
      const ca = readFileSync(join(folder, 'ca.crt'));
      const foreign = await makeCertificates({ names, days: 30, clients: ['app'] });
      expect(await ping({ port: wrong })).not.toBe('PONG');
      expect(await ping({ port: listen.port, tls: { ca } })).not.toBe('PONG');
      const strange = { ca, key: foreign['app.key'], cert: foreign['app.crt'] };
      expect(await ping({ port: listen.port, tls: strange })).not.toBe('PONG');
      expect(await ping({ port: listen.port })).not.toBe('PONG');
    } finally {
      for (const child of stunnels) child.kill('SIGKILL');
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
