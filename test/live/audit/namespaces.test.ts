import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../src/adapters/servers/index.ts';
import { serversDirectory } from '../support/servers.ts';
import { discovered, see, stateOf, valueOf } from './sight.ts';

const why =
  process.getuid?.() !== 0
    ? 'needs root'
    : spawnSync('unshare', ['-n', '-m', 'true']).status === 0
      ? undefined
      : 'needs unshare';

const tree = join(serversDirectory, 'redis-7.0/root');
const loader =
  '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path /usr/lib/x86_64-linux-gnu:/lib/x86_64-linux-gnu';

/** Named as an engine names its bridge; with our number, for another run of the tests may be under way. */
const bridge = `docker${process.pid}`;

let child: ChildProcess | undefined;
afterEach(async () => {
  child?.kill('SIGKILL');
  if (child && child.exitCode === null && child.signalCode === null) await once(child, 'close');
  child = undefined;
  // The kernel takes its time to clear a network away.
  spawnSync('ip', ['link', 'del', bridge]);
});

/** What a container is made of: its own network, its own files and an /etc that nobody else sees. */
async function contained(
  conf: readonly string[],
  { before = [], ownPids = true }: { readonly before?: readonly string[]; readonly ownPids?: boolean } = {},
): Promise<number> {
  const script = [
    'set -e',
    'ip link set lo up',
    `mount -t tmpfs tmpfs ${tree}/etc`,
    `mkdir -p ${tree}/etc/redis`,
    `printf '%s\\n' ${conf.map((line) => `'${line}'`).join(' ')} > ${tree}/etc/redis/redis.conf`,
    ...before,
    `exec chroot ${tree} ${loader} /usr/bin/redis-server /etc/redis/redis.conf`,
  ].join('\n');
  const started = spawn(
    'unshare',
    ['-m', '-n', ...(ownPids ? ['-p'] : []), '--fork', '--kill-child', 'sh', '-c', script],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  child = started;
  await new Promise<void>((ready, failed) => {
    let said = '';
    started.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      if (/ready to accept connections/i.test(said)) ready();
    });
    started.once('exit', () => failed(new Error(said)));
  });
  // unshare is the parent of the server.
  const [pid] = spawnSync('pgrep', ['-P', String(started.pid)], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n');
  return Number(pid);
}

describe.skipIf(why !== undefined)(`a server in a container${why ? ` (${why})` : ''}`, () => {
  it('is found, asked through its socket, and its files are those that it sees', async () => {
    const pid = await contained([
      'port 6379',
      'bind 0.0.0.0',
      'unixsocket /etc/redis/r.sock',
      'dir /etc/redis',
      'save ""',
      'maxclients 77',
    ]);
    const { server } = await discovered({ pid });
    const { facts } = server.evidence;
    expect(server.name).toBe(`unix:///proc/${pid}/root/etc/redis/r.sock`);
    expect(valueOf(facts.config)['maxclients']).toBe('77');
    expect(valueOf(facts.conf)).toMatchObject({
      path: '/etc/redis/redis.conf',
      settings: { maxclients: '77' },
    });
    expect(valueOf(facts.files)).toContainEqual(
      expect.objectContaining({ path: '/etc/redis/redis.conf', role: 'conf', kind: 'file' }),
    );
    // Its own loopback is all that it has: nobody else gets there.
    expect(valueOf(facts.hostAddresses).map(({ address }) => address)).toEqual(['127.0.0.1', '::1']);
    expect(valueOf(server.exposure).origins.map(({ reach }) => reach)).toEqual(['host', 'socket']);
  });

  it('that nobody here can talk to is audited by its files, and another on the same port is not asked', async () => {
    const pid = await contained([
      'port 6379',
      'bind 127.0.0.1',
      'dir /etc/redis',
      'save ""',
      'maxclients 78',
    ]);
    const { server, problem } = await discovered({ pid });
    const { facts } = server.evidence;
    expect(problem).toMatch(/listens in a network of its own/);
    expect(stateOf(facts.info)).toBe('not-asked');
    expect(valueOf(facts.conf)).toMatchObject({
      path: '/etc/redis/redis.conf',
      settings: { maxclients: '78' },
    });
    expect(valueOf(facts.listeners)).toEqual([
      { address: '127.0.0.1', family: 'ipv4', port: 6379, purpose: 'redis' },
    ]);
  });

  /** A container with a cable to us, as a container engine lays it. */
  async function wired(port: number, more: readonly string[]): Promise<number> {
    // The kernel looks for our process in the table of whoever asks: hence no pids of its own here.
    const pid = await contained(
      [`port ${port}`, 'bind 0.0.0.0', 'protected-mode no', 'dir /etc/redis', 'save ""', ...more],
      {
        ownPids: false,
        before: [
          `ip link add inside type veth peer name ${bridge} netns ${process.pid}`,
          'ip addr add 10.77.9.2/24 dev inside',
          'ip link set inside up',
        ],
      },
    );
    for (const words of [`addr add 10.77.9.1/24 dev ${bridge}`, `link set ${bridge} up`])
      expect(spawnSync('ip', words.split(' ')).status).toBe(0);
    return pid;
  }

  it('is asked over the bridge that leads to it', async () => {
    const pid = await wired(6379, ['maxclients 79']);
    const { server } = await discovered({ pid });
    expect(server.name).toBe('redis://10.77.9.2:6379');
    expect(valueOf(server.evidence.facts.config)['maxclients']).toBe('79');
    expect(valueOf(server.evidence.facts.conf).path).toBe('/etc/redis/redis.conf');
  });

  it.each([
    ['open', []],
    ['with a login', ['requirepass pass-of-the-test-9Xk']],
  ])('%s, behind a published port, is known by its own word only', async (_, more) => {
    const port = await freePort();
    const pid = await wired(port, ['maxclients 79', ...more]);
    const proxy = createServer((client) => {
      const upstream = connect(port, '10.77.9.2');
      for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((ready) => {
      proxy.listen(port, '127.0.0.1', ready);
    });
    try {
      const { server } = await see(`redis://127.0.0.1:${port}`);
      const { process: seen, conf } = server.evidence.facts;
      // Without INFO another container on the same port could be meant as well.
      if (more.length > 0) expect([seen.known, conf.known]).toEqual([false, false]);
      else expect([valueOf(seen).pid, valueOf(conf).path]).toEqual([pid, '/etc/redis/redis.conf']);
    } finally {
      proxy.close();
    }
  });
});
