import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PlacedFile } from '../../src/adapters/place/place.ts';
import { sshPlace, type SshPlace, type SshPlaceOptions } from '../../src/adapters/place/ssh.ts';
import { freePort } from '../../src/adapters/servers/index.ts';
import { type SshHost, type SshUser, startSshHost, whyNoSshd } from './support/sshd.ts';

const obstacle = await whyNoSshd();
const runs = process.env['KEYWARD_DEEP'] ? 500 : 8;

describe.skipIf(obstacle !== undefined)(`a place over OpenSSH${obstacle ? ` (${obstacle})` : ''}`, () => {
  let host: SshHost;
  const open: SshPlace[] = [];
  const shared = new Map<SshUser, SshPlace>();
  /** With a connection of its own, closed after the test. */
  const ownPlaceOf = (user: SshUser, options: SshPlaceOptions = {}, port = host.port): SshPlace => {
    const place = sshPlace({ user, host: '127.0.0.1', port }, { words: host.words, ...options });
    open.push(place);
    return place;
  };
  /** With the connection of the tests before. */
  const placeOf = (user: SshUser): SshPlace => {
    const place =
      shared.get(user) ?? sshPlace({ user, host: '127.0.0.1', port: host.port }, { words: host.words });
    shared.set(user, place);
    return place;
  };
  const closeShared = async (): Promise<void> => {
    await Promise.all([...shared.values()].map((place) => place.close()));
    shared.clear();
  };
  /** A path of that host as we see it from here. */
  const seen = (path: string): string => join(host.root, path);
  const file = (text: string, facts: Partial<PlacedFile> = {}): PlacedFile => ({
    bytes: Buffer.from(text),
    mode: 0o640,
    uid: 3100,
    gid: 3100,
    ...facts,
  });
  const put = (path: string, text: string, uid = 3100, mode = 0o640): void => {
    writeFileSync(seen(path), text, { mode });
    chownSync(seen(path), uid, uid);
  };
  const left = (folder: string): readonly string[] =>
    readdirSync(seen(folder)).filter((name) => name.startsWith('.keyward'));

  beforeAll(async () => {
    host = await startSshHost();
  });
  beforeEach(() => {
    for (const [folder, uid] of [
      ['/etc/redis', 3100],
      ['/srv/ops', 3001],
    ] as const) {
      rmSync(seen(folder), { recursive: true, force: true });
      mkdirSync(seen(folder), { recursive: true, mode: 0o755 });
      chownSync(seen(folder), uid, uid);
    }
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((place) => place.close()));
  });
  afterAll(async () => {
    await closeShared();
    await host?.stop();
  });

  describe('read', () => {
    it('gives bytes, mode, owner and group', async () => {
      put('/etc/redis/redis.conf', 'port 6379\n', 3100, 0o640);
      expect(await placeOf('root').read('/etc/redis/redis.conf')).toEqual(file('port 6379\n'));
    });

    it('tells absent from forbidden', async () => {
      const place = placeOf('plain');
      mkdirSync(seen('/etc/redis/closed'), { mode: 0o700 });
      expect(await place.read('/etc/redis/none')).toBeUndefined();
      expect(await place.read('/no/such/folder/file')).toBeUndefined();
      await expect(place.read('/etc/redis/closed/file')).rejects.toMatchObject({ code: 'EACCES' });
      await expect(place.read('/etc/shadow')).rejects.toMatchObject({ code: 'EACCES' });
    });

    it('refuses folders and pipes', async () => {
      const place = placeOf('root');
      spawnSync('mkfifo', [seen('/etc/redis/pipe')]);
      await expect(place.read('/etc/redis')).rejects.toMatchObject({ code: 'EISDIR' });
      await expect(place.read('/etc/redis/pipe')).rejects.toMatchObject({ code: 'EIO' });
    });

    it('takes 16 MiB and no byte more', async () => {
      const place = placeOf('root');
      writeFileSync(seen('/etc/redis/large'), Buffer.alloc(16 << 20, 7));
      expect((await place.read('/etc/redis/large'))?.bytes.length).toBe(16 << 20);
      writeFileSync(seen('/etc/redis/large'), Buffer.alloc((16 << 20) + 1, 7));
      await expect(place.read('/etc/redis/large')).rejects.toMatchObject({ code: 'EFBIG' });
    });
  });

  describe.each(['root', 'busybox', 'chatty'] as const)('as %s', (user) => {
    it('gives back what was written, all bytes and names', async () => {
      const place = placeOf(user);
      const uid = statSync(seen('/etc/passwd')).uid;
      const own = (await place.account(user)) ?? { uid, gid: uid };
      mkdirSync(seen('/srv/any'), { recursive: true });
      chownSync(seen('/srv/any'), own.uid, own.gid);
      const name = fc
        .string({
          unit: fc.constantFrom(...Array.from(`ab'"\\$\`!*? \n\t-;&é日`)),
          minLength: 1,
          maxLength: 30,
        })
        .filter((text) => !['.', '..'].includes(text));
      await fc.assert(
        fc.asyncProperty(name, fc.uint8Array({ maxLength: 3000 }), async (called, bytes) => {
          const wanted = { bytes: Buffer.from(bytes), mode: 0o600, ...own };
          await place.write(`/srv/any/${called}`, wanted);
          expect(await place.read(`/srv/any/${called}`)).toEqual(wanted);
          await place.remove(`/srv/any/${called}`);
          expect(await place.read(`/srv/any/${called}`)).toBeUndefined();
        }),
        { numRuns: runs },
      );
      expect(readdirSync(seen('/srv/any'))).toEqual([]);
      expect(place.usedSudo()).toEqual([]);
      expect(place.shortcomings()).toEqual([]);
    });

    it('knows accounts and groups', async () => {
      const place = placeOf(user);
      expect(await place.account('redis')).toEqual({ uid: 3100, gid: 3100 });
      expect(await place.group('redis')).toBe(3100);
      expect(await place.account('nobody-of-this-name')).toBeUndefined();
      expect(await place.group('nobody-of-this-name')).toBeUndefined();
      expect(await place.account('-u;id')).toBeUndefined();
    });

    it('runs a program with its words', async () => {
      const place = placeOf(user);
      const words = ["it's", 'a\nb', '$HOME', '', '*', '\\', '-n'];
      expect(await place.run(['printf', '[%s]', ...words], { timeout: 5000 })).toEqual({
        code: 0,
        stdout: words.map((word) => `[${word}]`).join(''),
        stderr: '',
      });
      expect(
        await place.run(['sh', '-c', 'cat; echo no >&2; exit 255'], {
          timeout: 5000,
          input: Buffer.from('in'),
        }),
      ).toEqual({ code: 255, stdout: 'in', stderr: 'no\n' });
      expect((await place.run(['no-such-program'], { timeout: 5000 })).code).toBe(127);
      expect((await place.run(['sh', '-c', 'kill -9 $$'], { timeout: 5000 })).code).toBe(137);
    });
  });

  describe('write', () => {
    it('keeps a symbolic link, and writes what it points to', async () => {
      const place = placeOf('root');
      put('/etc/redis/real.conf', 'old');
      symlinkSync('real.conf', seen('/etc/redis/redis.conf'));
      await place.write('/etc/redis/redis.conf', file('new', { mode: 0o604 }));
      expect(lstatSync(seen('/etc/redis/redis.conf')).isSymbolicLink()).toBe(true);
      expect(await place.read('/etc/redis/real.conf')).toEqual(file('new', { mode: 0o604 }));
      expect(await place.link('/etc/redis/redis.conf')).toBe('real.conf');
      expect(await place.link('/etc/redis/real.conf')).toBeUndefined();
    });

    it('follows no link that somebody else laid to a file that is not his', async () => {
      const place = placeOf('root');
      const before = readFileSync(seen('/etc/shadow'), 'utf8');
      symlinkSync('/etc/shadow', seen('/etc/redis/users.acl'));
      spawnSync('chown', ['-h', '3100:3100', seen('/etc/redis/users.acl')]);
      await expect(place.write('/etc/redis/users.acl', file('user default off'))).rejects.toThrow(
        /another account/,
      );
      await expect(place.setAccess('/etc/redis/users.acl', { mode: 0o666 })).rejects.toThrow(
        /another account/,
      );
      expect(readFileSync(seen('/etc/shadow'), 'utf8')).toBe(before);
    });

    it('says that a ring of links is one', async () => {
      symlinkSync('b', seen('/etc/redis/a'));
      symlinkSync('a', seen('/etc/redis/b'));
      await expect(placeOf('root').write('/etc/redis/a', file('x'))).rejects.toMatchObject({ code: 'ELOOP' });
    });

    it('leaves the old file on a full disk, a read-only one, and in no folder', async () => {
      const place = ownPlaceOf('root', { sudo: 'as-needed' });
      put('/small/file', 'old');
      const large = { ...file(''), bytes: Buffer.alloc(200_000, 1) };
      await expect(place.write('/small/file', large)).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(readFileSync(seen('/small/file'), 'utf8')).toBe('old');
      expect(left('/small')).toEqual([]);
      await expect(place.write('/fixed/file', file('new'))).rejects.toMatchObject({ code: 'EROFS' });
      expect(readFileSync(seen('/fixed/file'), 'utf8')).toBe('old\n');
      await expect(place.write('/none/file', file('new'))).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(place.write('/etc/redis', file('new'))).rejects.toMatchObject({ code: 'EISDIR' });
      expect(left('/etc/redis')).toEqual([]);
      expect(place.usedSudo()).toEqual([]);
    });

    it('leaves no temporary file where it may not give the file away', async () => {
      const place = placeOf('ops');
      await expect(place.write('/srv/ops/file', file('new'))).rejects.toMatchObject({ code: 'EACCES' });
      expect(readdirSync(seen('/srv/ops'))).toEqual([]);
    });

    it('takes away what a killed shell left there long ago', async () => {
      put('/srv/ops/.keyward-old', 'half', 3001);
      put('/srv/ops/.keyward-new', 'half', 3001);
      utimesSync(seen('/srv/ops/.keyward-old'), 0, 0);
      await placeOf('ops').write('/srv/ops/file', file('x', { uid: 3001, gid: 3001 }));
      expect(readdirSync(seen('/srv/ops')).toSorted()).toEqual(['.keyward-new', 'file']);
    });

    it('removes a link and not what it points to, and what is gone already', async () => {
      const place = placeOf('root');
      put('/etc/redis/real.conf', 'old');
      symlinkSync('real.conf', seen('/etc/redis/redis.conf'));
      await place.remove('/etc/redis/redis.conf');
      await place.remove('/etc/redis/redis.conf');
      await place.remove('/no/such/folder/file');
      expect(readdirSync(seen('/etc/redis'))).toEqual(['real.conf']);
      await expect(place.remove('/etc/redis')).rejects.toMatchObject({ code: 'EISDIR' });
      await expect(place.remove('/fixed/file')).rejects.toMatchObject({ code: 'EROFS' });
      await expect(placeOf('plain').remove('/etc/redis/real.conf')).rejects.toMatchObject({ code: 'EACCES' });
    });

    it('takes only absolute paths', async () => {
      await expect(placeOf('root').write('redis.conf', file('x'))).rejects.toThrow(RangeError);
      await expect(placeOf('root').write('/etc/redis/', file('x'))).rejects.toThrow(RangeError);
      await expect(placeOf('root').read('/a\0b')).rejects.toThrow(RangeError);
    });
  });

  it('sets mode and owner, of folders too, and only what is asked for', async () => {
    const place = placeOf('root');
    put('/etc/redis/redis.conf', 'x', 0, 0o644);
    await place.setAccess('/etc/redis/redis.conf', { mode: 0o640 });
    expect(await place.access('/etc/redis/redis.conf')).toEqual({ mode: 0o640, uid: 0, gid: 0 });
    await place.setAccess('/etc/redis/redis.conf', { gid: 3100 });
    expect(await place.access('/etc/redis/redis.conf')).toEqual({ mode: 0o640, uid: 0, gid: 3100 });
    await place.setAccess('/etc/redis', { mode: 0o750, uid: 0 });
    expect(await place.access('/etc/redis')).toEqual({ mode: 0o750, uid: 0, gid: 3100 });
    expect(await place.access('/etc/none')).toBeUndefined();
    await expect(place.setAccess('/etc/none', { mode: 0o600 })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  describe('sudo', () => {
    it('is used for what our account may not do, and is told', async () => {
      const place = ownPlaceOf('ops', { sudo: 'as-needed' });
      put('/srv/ops/own', 'x', 3001);
      put('/etc/redis/redis.conf', 'old', 0, 0o600);
      await place.write('/srv/ops/own', file('mine', { uid: 3001, gid: 3001 }));
      expect(await place.rights('/srv/ops/own')).toBe('own');
      expect(place.usedSudo()).toEqual([]);
      expect(await place.rights('/etc/redis/redis.conf')).toBe('sudo');
      expect((await place.read('/etc/redis/redis.conf'))?.bytes.toString()).toBe('old');
      await place.write('/etc/redis/redis.conf', file('new'));
      await place.setAccess('/etc/redis/redis.conf', { mode: 0o600 });
      expect(await place.access('/etc/redis/redis.conf')).toEqual({ mode: 0o600, uid: 3100, gid: 3100 });
      expect((await place.run(['cat', '/etc/shadow'], { timeout: 5000 })).stdout).toContain('root:');
      await place.remove('/etc/redis/redis.conf');
      expect(place.usedSudo()).toEqual([
        'read /etc/redis/redis.conf',
        'write /etc/redis/redis.conf',
        'set the access of /etc/redis/redis.conf',
        'run cat /etc/shadow',
        'remove /etc/redis/redis.conf',
      ]);
    });

    it('is not used unless permitted', async () => {
      const place = placeOf('ops');
      put('/etc/redis/redis.conf', 'old', 0, 0o600);
      expect(await place.rights('/etc/redis/redis.conf')).toBe('none');
      await expect(place.read('/etc/redis/redis.conf')).rejects.toMatchObject({ code: 'EACCES' });
      await expect(place.write('/etc/redis/redis.conf', file('new'))).rejects.toMatchObject({
        code: 'EACCES',
      });
      expect((await place.run(['cat', '/etc/shadow'], { timeout: 5000 })).code).toBe(1);
      expect(readFileSync(seen('/etc/redis/redis.conf'), 'utf8')).toBe('old');
    });

    it('that wants a password, or is not there, is said', async () => {
      const place = ownPlaceOf('plain', { sudo: 'as-needed' });
      expect(await place.rights('/etc/redis/redis.conf')).toBe('none');
      await expect(place.read('/etc/shadow')).rejects.toThrow(/sudo refused: .*password/);
      expect((await place.run(['cat', '/etc/shadow'], { timeout: 5000 })).stderr).toMatch(/^cat: /);
      await expect(ownPlaceOf('busybox', { sudo: 'as-needed' }).read('/etc/shadow')).rejects.toThrow(
        /sudo refused/,
      );
      expect(place.usedSudo()).toEqual([]);
    });
  });

  describe('a connection', () => {
    beforeAll(closeShared);

    it('is refused where the login shell changes words', async () => {
      await expect(ownPlaceOf('odd').read('/etc/passwd')).rejects.toMatchObject({ code: 'ENOTSUP' });
    });

    it('is refused where the host key is another one than is known', async () => {
      const known = join(host.configuration, '..', 'known_hosts');
      const before = readFileSync(known, 'utf8');
      const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
      try {
        writeFileSync(known, `[127.0.0.1]:* ${other}\n`);
        await expect(ownPlaceOf('root').read('/etc/passwd')).rejects.toThrow(/host key/i);
      } finally {
        writeFileSync(known, before);
      }
    });

    it('that nobody takes is an error in words', async () => {
      const port = await freePort();
      await expect(ownPlaceOf('root', {}, port).read('/etc/passwd')).rejects.toMatchObject({
        code: 'ECONNRESET',
      });
      await expect(ownPlaceOf('root', { program: '/no/ssh' }).read('/etc/passwd')).rejects.toMatchObject({
        code: 'ENOTSUP',
      });
    });

    it('to somebody who accepts and says nothing is given up in time', async () => {
      const silent = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => silent.once('listening', resolve));
      const { port } = silent.address() as AddressInfo;
      const place = ownPlaceOf('root', { connectTimeout: 1000 }, port);
      await expect(place.read('/etc/passwd')).rejects.toThrow(/tim(?:ed|e) ?out/i);
      silent.close();
    });

    it('is one for all that is asked at once, and begins anew after it was cut', async () => {
      const place = ownPlaceOf('root');
      const before = host.log().split('Accepted publickey').length;
      const texts = await Promise.all(Array.from({ length: 20 }, () => place.read('/etc/passwd')));
      expect(new Set(texts.map((one) => one?.bytes.toString())).size).toBe(1);
      expect(host.log().split('Accepted publickey').length).toBe(before + 1);
      for (const pid of ownSsh()) process.kill(pid, 'SIGKILL');
      await place.read('/etc/passwd').catch(() => undefined);
      expect((await place.read('/etc/passwd'))?.mode).toBe(0o644);
    });

    it('that is killed in the middle rejects, and does not wait for the program', async () => {
      const place = ownPlaceOf('root');
      await place.read('/etc/passwd');
      const running = place.run(['sh', '-c', 'echo started > /tmp/started; sleep 300'], { timeout: 600_000 });
      const ends = expect(running).rejects.toMatchObject({ code: 'ECONNRESET' });
      while (!existsSync(seen('/tmp/started'))) await new Promise((resolve) => setTimeout(resolve, 5));
      for (const pid of ownSsh()) process.kill(pid, 'SIGKILL');
      await ends;
    });

    it('rejects a program that takes too long', async () => {
      await expect(ownPlaceOf('root').run(['sleep', '300'], { timeout: 300 })).rejects.toMatchObject({
        code: 'ETIMEDOUT',
      });
    });

    it('bounds the output of a program', async () => {
      const { code, stdout } = await ownPlaceOf('root').run(['head', '-c', '30000000', '/dev/zero'], {
        timeout: 20_000,
      });
      expect([code, stdout.length]).toEqual([0, 1 << 20]);
    });

    it('leaves nothing behind when it is closed', async () => {
      const place = ownPlaceOf('root');
      await place.read('/etc/passwd');
      expect(ownSsh()).not.toEqual([]);
      await place.close();
      await place.close();
      while (ownSsh().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  });

  it('has the old file or the new one, wherever in a write the connection is cut', async () => {
    const old = { ...file(''), bytes: Buffer.alloc(300_000, 'o') };
    const fresh = { ...file(''), bytes: Buffer.alloc(400_000, 'n') };
    const watcher = placeOf('root');
    await watcher.write('/etc/redis/redis.conf', old);
    const seenKinds = new Set<string>();
    // In bytes from the client, after the login: before the command, in the middle of the file, at its end.
    for (const after of [100, 3000, 150_000, 399_000, 404_000, 450_000]) {
      await watcher.write('/etc/redis/redis.conf', old);
      const cut = await cuttingProxy(host.port);
      const place = ownPlaceOf('root', {}, cut.port);
      await place.read('/etc/passwd');
      cut.cutAfter(after);
      const outcome = await place.write('/etc/redis/redis.conf', fresh).then(
        () => 'done',
        () => 'failed',
      );
      await cut.close();
      await expect.poll(() => left('/etc/redis')).toEqual([]);
      const now = (await watcher.read('/etc/redis/redis.conf'))?.bytes.toString('latin1') ?? 'none';
      const kind = now === old.bytes.toString() ? 'old' : now === fresh.bytes.toString() ? 'new' : 'torn';
      expect(kind).not.toBe('torn');
      if (outcome === 'done') expect(kind).toBe('new');
      seenKinds.add(`${outcome} ${kind}`);
    }
    expect(seenKinds).toContain('failed old');
    expect(seenKinds).toContain('done new');
  });

  /** Processes of ssh with our configuration: nobody else's. */
  function ownSsh(): readonly number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(host.configuration);
        } catch {
          return false;
        }
      })
      .map(Number);
  }
});

/** Hands bytes on to sshd until it is told to cut, and then so many more from the client. */
async function cuttingProxy(to: number) {
  const sockets: Socket[] = [];
  let rest = Number.POSITIVE_INFINITY;
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    sockets.push(client, upstream);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('data', (data) => {
      upstream.write(data.subarray(0, rest));
      rest -= data.length;
      if (rest <= 0) upstream.end(cut);
    });
    upstream.on('data', (data) => client.write(data));
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (bytes: number) => (rest = bytes),
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(resolve);
      }),
  };
}
