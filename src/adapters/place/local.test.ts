import { spawn } from 'node:child_process';
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localPlace, placeNamed } from './index.ts';

const root = process.getuid?.() === 0;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-place-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const place = localPlace();
const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const file = (text: string, mode = 0o640) => ({ bytes: Buffer.from(text), mode, ...own });

describe('a file of this host', () => {
  it('is written whole with its mode, and read back', async () => {
    const path = join(folder, 'redis.conf');
    expect(await place.read(path)).toBeUndefined();
    expect(await place.access(path)).toBeUndefined();
    await place.write(path, file('one', 0o4755));
    expect(await place.read(path)).toEqual(file('one', 0o4755));
    await place.write(path, file('two'));
    expect(await place.access(path)).toEqual({ mode: 0o640, ...own });
    await place.setAccess(path, { mode: 0o600 });
    expect((await place.read(path))?.mode).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['redis.conf']);
    await place.remove(path);
    await place.remove(path);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(root)('keeps another owner', async () => {
    const path = join(folder, 'redis.conf');
    await place.write(path, { ...file('one'), uid: 65_534, gid: 65_533 });
    expect(await place.access(path)).toEqual({ mode: 0o640, uid: 65_534, gid: 65_533 });
  });

  it('stays a link where it is one, even one that leads to nothing yet', async () => {
    mkdirSync(join(folder, 'real'));
    const [link, second] = [join(folder, 'link'), join(folder, 'second')];
    symlinkSync('real/redis.conf', link);
    symlinkSync(link, second);
    await place.write(second, file('one'));
    expect(readlinkSync(link)).toBe('real/redis.conf');
    expect(readFileSync(join(folder, 'real/redis.conf'), 'utf8')).toBe('one');
    symlinkSync('loop', join(folder, 'loop'));
    await expect(place.write(join(folder, 'loop'), file('x'))).rejects.toThrow(/symbolic links/);
  });

  it.runIf(root)('is not written through a link that somebody else has put there', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    const link = join(folder, 'redis.conf');
    symlinkSync(victim, link);
    lchownSync(link, 65_534, 65_534);
    await expect(place.write(link, file('x'))).rejects.toThrow(/not written/);
    await expect(place.setAccess(link, { mode: 0o666 })).rejects.toThrow(/not written/);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });

  it('is not the link to it, of which it is told where it leads', async () => {
    symlinkSync('elsewhere.conf', join(folder, 'link'));
    expect(await place.link(join(folder, 'link'))).toBe('elsewhere.conf');
    expect(await place.link('/proc/self/exe')).toBe(readlinkSync('/proc/self/exe'));
    expect(await place.link(folder)).toBeUndefined();
    expect(await place.link(join(folder, 'none'))).toBeUndefined();
  });

  it('is none where it is a folder or a pipe', async () => {
    await expect(place.read(folder)).rejects.toThrow(/is not a file/);
    const pipe = join(folder, 'pipe');
    expect((await place.run(['mkfifo', pipe], { timeout: 5000 })).code).toBe(0);
    await expect(place.read(pipe)).rejects.toThrow(/is not a file/);
  });

  it('of the kernel is read although it says that it is empty', async () => {
    expect((await place.read('/proc/self/status'))?.bytes.toString()).toMatch(/^Name:/);
  });

  it('is the old or the new one when its writer is killed at any moment, and no leftover stays', async () => {
    const path = join(folder, 'redis.conf');
    const texts = ['a'.repeat(3_000_000), 'b'.repeat(3_000_000)];
    await place.write(path, file(texts[0] ?? ''));
    const program = `
      import { localPlace } from ${JSON.stringify(join(import.meta.dirname, 'local.ts'))};
      const place = localPlace();
      console.log('ready');
      for (;;) for (const letter of 'ab')
        await place.write(${JSON.stringify(path)}, { bytes: Buffer.alloc(3_000_000, letter), mode: 0o640, uid: ${own.uid}, gid: ${own.gid} });
    `;
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => {
        child.stdout.once('data', resolve);
      });
      await new Promise((resolve) => {
        setTimeout(resolve, 3 + round * 4);
      });
      child.kill('SIGKILL');
      await new Promise((resolve) => {
        child.once('close', resolve);
      });
      expect(texts).toContain(readFileSync(path, 'utf8'));
      expect(statSync(path).mode & 0o777).toBe(0o640);
    }
    // What a dead writer leaves goes, what a living one is at stays.
    writeFileSync(join(folder, '.redis.conf.keyward-999999999-0123456789abcdef'), '');
    const living = `.redis.conf.keyward-${process.ppid}-0123456789abcdef`;
    writeFileSync(join(folder, living), '');
    await place.write(path, file('last'));
    expect(readdirSync(folder).toSorted()).toEqual([living, 'redis.conf']);
  });

  it('is left alone, and nothing beside it, where it cannot be written', async () => {
    const path = join(folder, 'folder');
    mkdirSync(path);
    await expect(place.write(path, file('x'))).rejects.toThrow();
    chmodSync(path, 0o700);
    expect(readdirSync(folder)).toEqual(['folder']);
  });
});

describe('a program of this host', () => {
  it('is run with its words as they are', async () => {
    expect(await place.run(['printf', '%s', '$(id) "; rm'], { timeout: 5000 })).toEqual({
      code: 0,
      stdout: '$(id) "; rm',
      stderr: '',
    });
    const { stdout } = await place.run(['cat'], { timeout: 5000, input: Buffer.from('said') });
    expect(stdout).toBe('said');
    expect((await place.run(['false'], { timeout: 5000 })).code).toBe(1);
    await expect(place.run(['/no/such/program'], { timeout: 5000 })).rejects.toThrow(
      /cannot be run \(ENOENT\)/,
    );
    await expect(place.run(['sleep', '60'], { timeout: 50 })).rejects.toThrow(/did not end within 50 ms/);
    await expect(place.run(['cat', '/dev/zero'], { timeout: 5000 })).rejects.toThrow(/prints more/);
  });

  it('tells accounts and groups', async () => {
    expect(await place.account('root')).toEqual({ uid: 0, gid: 0 });
    expect(await place.group('root')).toBe(0);
    expect(await place.account('no-such-account')).toBeUndefined();
    expect(await place.account('--help')).toBeUndefined();
    expect(await place.group('0')).toBeUndefined();
  });
});

describe('the name of a place', () => {
  it('is here, or one behind ssh', () => {
    expect(placeNamed('here').name).toBe('here');
    expect(placeNamed('ssh://ops@db1:2222').name).toBe('ssh://ops@db1:2222');
    expect(placeNamed('ssh://[::1]').name).toBe('ssh://[::1]');
    for (const name of [
      '',
      'there',
      'ssh://',
      'ssh://-oProxyCommand=x',
      'ssh://a b',
      'ssh://u@h:p',
      'ssh://h/path',
    ])
      expect(() => placeNamed(name), name).toThrow();
  });
});
