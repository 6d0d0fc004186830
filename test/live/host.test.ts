import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  containerOf,
  fileFacts,
  type FoundProcess,
  findProcesses,
  hostAddresses,
  hostSigns,
  listenersOf,
  packageOf,
  processFacts,
  rootOf,
  unitOf,
} from '../../src/adapters/host/index.ts';
import { readManifest } from '../../src/adapters/servers/manifest.ts';
import { type Fact, unknown } from '../../src/model/fact.ts';
import { keptFromOthers } from './support/other-accounts.ts';

const server = readManifest(resolve('.cache/servers')).servers.find(({ name }) => name === 'redis-7.0');
const isRoot = process.getuid?.() === 0;
/** Debian's `nobody`, where we may become it. */
const nobody = 65_534;
const hasNamespaces = isRoot && spawnSync('unshare', ['-n', 'true']).status === 0;

const value = <T>(fact: Fact<T>): T => {
  if (!fact.known) throw new Error(`${fact.why}: ${fact.detail}`);
  return fact.value;
};

const started: ChildProcess[] = [];

/** Starts a server and waits until it says that it is ready. `argv` goes before the server's own. */
async function start(
  argv: readonly string[],
  before: readonly string[] = [],
  uid?: number,
): Promise<ChildProcess> {
  const [program = '', ...rest] = [...before, server?.path ?? '', ...argv];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  started.push(child);
  await isReady(child);
  return child;
}

const isReady = (child: ChildProcess): Promise<void> =>
  new Promise((ready, failed) => {
    let said = '';
    child.stdout?.on('data', (text: Buffer) => {
      said += text.toString('utf8');
      if (/ready to accept connections/i.test(said)) ready();
    });
    child.on('exit', () => failed(new Error(`the server ended: ${said}`)));
  });

/** A thread names itself when it first runs, which on a busy machine may be after the server said that it is ready. */
async function foundOnceItsThreadsHaveNames({ pid }: ChildProcess): Promise<FoundProcess | undefined> {
  const until = performance.now() + 10_000;
  for (;;) {
    const found = value(await findProcesses()).find(({ process: one }) => one.pid === pid);
    if (found || performance.now() > until) return found;
    await wait(20);
  }
}

/** A port that nobody has, below those that the kernel gives to clients. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    const isFree = await new Promise<boolean>((answer) => {
      const probe = createServer();
      probe.once('error', () => answer(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
    });
    if (isFree) return port;
  }
}

const missing = unknown('unreadable', 'the server was not found');

const isKept = process.getuid?.() === 0 ? keptFromOthers : '';
describe.skipIf(server === undefined || isKept !== '')(`a real server on this host${isKept}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-host-'));
  const socket = join(folder, 'redis.sock');
  const conf = join(folder, 'redis.conf');
  let [port, bus, other] = [0, 0, 0];
  let pid = 0;

  beforeAll(async () => {
    [port, bus, other] = [await freePort(), await freePort(), await freePort()];
    chmodSync(folder, 0o755);
    if (isRoot) spawnSync('chown', [String(nobody), folder]);
    writeFileSync(
      conf,
      `port ${port}\nbind 127.0.0.1 -::1\nunixsocket ${socket}\nunixsocketperm 770\ncluster-enabled yes\ncluster-port ${bus}\ndir ${folder}\nsave ""\nrequirepass canary-in-the-file\n`,
    );
    pid = (await start([conf, '--masterauth', 'canary'], [], isRoot ? nobody : undefined)).pid ?? 0;
  });

  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('is found, once, though it was started through ld.so and has a title for arguments', async () => {
    const found = value(await findProcesses()).filter((one) => one.process.pid === pid);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ product: 'redis', mode: 'cluster' });
    expect(found[0]?.process.exe).toMatch(/redis-(server|check-rdb)$/);
    expect(JSON.stringify(found)).not.toContain('canary');
    // The title hides the argument, and no unit has it.
    expect(found[0]?.configuration).toMatchObject({ known: false, why: 'not-asked' });
  });

  it('tells the user, the limits and what the kernel lets it do', async () => {
    const facts = value(await processFacts(pid));
    expect(facts.cwd).toBe(folder);
    expect(facts.limits['nofile']).toBeGreaterThan(0);
    expect(facts.secretArguments).toEqual([]);
    if (isRoot)
      expect(facts).toMatchObject({ uid: nobody, user: 'nobody', capabilities: [], noNewPrivileges: false });
  });

  it('tells every socket, with what it is for', async () => {
    const listeners = value(await listenersOf(pid, { port, busPort: bus }));
    expect(listeners).toContainEqual({ address: '127.0.0.1', family: 'ipv4', port, purpose: 'redis' });
    expect(listeners).toContainEqual({ address: '127.0.0.1', family: 'ipv4', port: bus, purpose: 'bus' });
    expect(listeners).toContainEqual({ address: socket, family: 'unix', purpose: 'unix', mode: '0770' });
  });

  it('has files with owners and modes', async () => {
    chmodSync(conf, 0o644);
    const link = join(folder, 'link.conf');
    symlinkSync('redis.conf', link);
    const files = value(
      await fileFacts([
        { path: link, role: 'conf' },
        { path: socket, role: 'unixsocket' },
        { path: folder, role: 'dir' },
        { path: join(folder, 'dump.rdb'), role: 'dump' },
      ]),
    );
    expect(files.map(({ kind, mode }) => [kind, mode])).toEqual([
      ['file', '0644'],
      ['socket', '0770'],
      ['directory', '0755'],
      ['missing', ''],
    ]);
    // The folder lies directly in /tmp, which is sticky: nobody may replace what is not theirs.
    expect(files[2]?.looseParents).toEqual([]);
    // Root's file in a folder of nobody's: nobody may put another in its place.
    if (isRoot) expect(files[0]?.looseParents).toEqual([folder]);
  });

  it('belongs to no package, and to no unit here', async () => {
    const facts = value(await processFacts(pid));
    const owner = await packageOf(facts.exe);
    if (owner.known) expect(owner.value).toMatchObject({ manager: 'none' });
    expect((await unitOf(pid)).known).toBe(false);
    expect((await containerOf(pid)).known).toBe(true);
    expect(value(await hostAddresses(pid)).some(({ address }) => address === '127.0.0.1')).toBe(true);
  });

  it('has left no sign of an intruder', async () => {
    const signs = value(await hostSigns({ port, dir: folder, dbfilename: 'dump.rdb', pid }));
    expect(signs.filter(({ path }) => path.startsWith(folder) || path.includes(String(pid)))).toEqual([]);
  });

  it('tells what one may not see from what is not there', async () => {
    expect(await processFacts(4_194_305)).toMatchObject({ known: false, why: 'unreadable' });
    expect(await listenersOf(4_194_305)).toMatchObject({ known: false });
  });

  it.skipIf(!isRoot || !existsSync('/usr/bin/setpriv'))(
    'says no-access when another user may not look',
    () => {
      const script = `import { listenersOf, processFacts } from ${JSON.stringify(resolve('src/adapters/host/index.ts'))};
      const pid = ${process.pid};
      console.log(JSON.stringify([await listenersOf(pid), await processFacts(pid)]));`;
      const run = spawnSync(
        'setpriv',
        ['--reuid', String(nobody), '--clear-groups', process.execPath, '--input-type=module', '-e', script],
        { encoding: 'utf8' },
      );
      if (run.status !== 0) throw new Error(run.stderr);
      const [sockets, facts] = JSON.parse(run.stdout) as readonly Fact<unknown>[];
      expect(sockets).toMatchObject({ known: false, why: 'no-access' });
      expect(facts).toMatchObject({ known: true, source: expect.stringContaining('exe: permission denied') });
    },
  );

  it.skipIf(!hasNamespaces)('in a network namespace of its own has its own sockets', async () => {
    const child = await start(
      ['--port', String(port), '--bind', '127.0.0.1', '--save', ''],
      [
        'unshare',
        '-n',
        'sh',
        '-c',
        'ip link set lo up; ip link add eth9 type veth peer name eth8 && ip link set eth8 up && ip addr add 198.51.100.9/24 dev eth9 && ip addr add 2001:db8::9/64 dev eth9 nodad && ip link set eth9 up; exec "$@"',
        'sh',
      ],
    );
    const inside = child.pid ?? 0;
    const listeners = value(await listenersOf(inside, { port }));
    expect(listeners).toEqual([{ address: '127.0.0.1', family: 'ipv4', port, purpose: 'redis' }]);
    const addresses = value(await hostAddresses(inside));
    expect(addresses).toContainEqual({ interface: 'lo', address: '127.0.0.1', prefix: 8 });
    expect(addresses).toContainEqual({ interface: 'lo', address: '::1', prefix: 128 });
    expect(addresses).toContainEqual({ interface: 'eth9', address: '198.51.100.9', prefix: 24 });
    expect(addresses).toContainEqual({ interface: 'eth9', address: '2001:db8::9', prefix: 64 });
    // Link-local ones come with the interfaces; none is of this host.
    expect(addresses.filter(({ address }) => !address.startsWith('fe80:'))).toHaveLength(4);
  });

  it('shows the passwords of its command line when it does not hide them itself', async () => {
    const child = await start([
      '--port',
      '0',
      '--save',
      '',
      '--unixsocket',
      join(folder, 'b.sock'),
      '--set-proc-title',
      'no',
      '--requirepass',
      'canary',
    ]);
    const facts = value(await processFacts(child.pid ?? 0));
    expect(facts.secretArguments).toEqual(['--requirepass']);
    expect(facts.argv.slice(-2)).toEqual(['--requirepass', '***']);
  });

  it('is found under another name, by its title and its threads, and after its file was deleted', async () => {
    const [, loader = '', libraries = '', program = ''] =
      /^exec '([^']+)' '--library-path' '([^']+)' '([^']+)'/m.exec(
        readFileSync(server?.path ?? '', 'utf8'),
      ) ?? [];
    const renamed = join(folder, 'cache-daemon');
    copyFileSync(program, renamed);
    const child = spawn(
      loader,
      ['--library-path', libraries, renamed, '--port', String(other), '--bind', '127.0.0.1', '--save', ''],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    started.push(child);
    await isReady(child);
    rmSync(renamed);
    const found = await foundOnceItsThreadsHaveNames(child);
    expect(found).toMatchObject({
      product: 'redis',
      mode: 'server',
      process: { exe: `${renamed} (deleted)` },
    });
    expect(value(found?.listeners ?? missing)).toContainEqual({
      address: '127.0.0.1',
      family: 'ipv4',
      port: other,
      purpose: 'redis',
    });
  });

  it.skipIf(!hasNamespaces)('in a root folder of its own has its own files', async () => {
    // The server's own tree as a root, with an /etc that only it sees: what a container is made of.
    const tree = resolve('.cache/servers/redis-7.0/root');
    const settings = 'port 0\\nunixsocket r.sock\\nunixsocketperm 777\\nsave ""\\n';
    const inside = `mount -t tmpfs tmpfs ${tree}/etc && mkdir -m 777 ${tree}/etc/open && ln -s /etc/open/r.conf ${tree}/etc/link.conf
      printf '${settings}' > ${tree}/etc/open/r.conf
      exec chroot ${tree} /lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path /usr/lib/x86_64-linux-gnu:/lib/x86_64-linux-gnu /usr/bin/redis-server /etc/link.conf --dir /etc/open`;
    const child = spawn('unshare', ['-m', '-n', 'sh', '-c', inside], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(child);
    await isReady(child);
    const found = await foundOnceItsThreadsHaveNames(child);
    expect(found?.process).toMatchObject({
      exe: expect.stringMatching(/^\/usr\/bin\/redis-/),
      cwd: '/etc/open',
    });
    expect(value(found?.listeners ?? missing)).toEqual([
      { address: '/etc/open/r.sock', family: 'unix', purpose: 'unix', mode: '0777' },
    ]);
    const root = rootOf(child.pid ?? 0);
    expect(root.own).toBe(true);
    const [file] = value(await fileFacts([{ path: '/etc/link.conf', role: 'conf' }], root.path));
    expect(file).toMatchObject({ kind: 'file', looseParents: ['/etc/open'] });
    expect(existsSync('/etc/open')).toBe(false);
  });
});
