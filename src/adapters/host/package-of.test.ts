import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageOf } from './package-of.ts';

let root = '';
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyward-package-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the package of a program', () => {
  it('by dpkg, with its exact version', async () => {
    put('etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n');
    put('var/lib/dpkg/info/redis-server.list', '/.\n/etc/redis/redis.conf\n/usr/bin/redis-server\n');
    put('var/lib/dpkg/info/redis-tools.list', '/.\n/usr/bin/redis-check-rdb\n/usr/bin/redis-cli\n');
    put('var/lib/dpkg/info/libfoo:amd64.list', '/.\n/bin/foo\n');
    put(
      'var/lib/dpkg/status',
      'Package: old-redis-tools\nStatus: install ok installed\nVersion: 1\n\nPackage: redis-tools\nStatus: install ok installed\nSource: redis\nVersion: 5:7.0.15-1~deb12u5\n\nPackage: libfoo\nStatus: install ok installed\nVersion: 2\n\nPackage: redis-server\nStatus: deinstall ok config-files\nVersion: 5:7.0.15-1~deb12u5\n',
    );
    expect(await packageOf('/usr/bin/redis-check-rdb (deleted)', root)).toMatchObject({
      value: {
        manager: 'dpkg',
        name: 'redis-tools',
        version: '5:7.0.15-1~deb12u5',
        distribution: 'debian',
        release: '12',
      },
    });
    // On a merged /usr the kernel says /usr/bin.
    expect(await packageOf('/usr/bin/foo', root)).toMatchObject({ value: { name: 'libfoo', version: '2' } });
    // Removed, configuration left.
    expect(await packageOf('/usr/bin/redis-server', root)).toMatchObject({
      value: { manager: 'none', distribution: 'debian' },
    });
    expect(await packageOf('/usr/local/bin/redis-server', root)).toMatchObject({
      value: { manager: 'none' },
    });
  });

  it('by dpkg where a distribution installs nothing: only a package that is named after the program', async () => {
    put(
      'var/lib/dpkg/status',
      'Package: redis\nStatus: install ok installed\nVersion: 8.0.2-1\n\nPackage: foo\nStatus: install ok installed\nVersion: 1\n',
    );
    put('var/lib/dpkg/info/redis.list', '/.\n/usr/local/bin/redis-server\n');
    put('var/lib/dpkg/info/foo.list', '/.\n/home/someone/redis-server\n/opt/foo/redis-server\n');
    const owner = (path: string) => packageOf(path, root);
    expect(await owner('/usr/local/bin/redis-server')).toMatchObject({
      value: { manager: 'dpkg', name: 'redis', version: '8.0.2-1' },
    });
    expect(await owner('/opt/foo/redis-server')).toMatchObject({ value: { manager: 'dpkg', name: 'foo' } });
    expect(await owner('/home/someone/redis-server')).toMatchObject({ value: { manager: 'none' } });
  });

  it('by apk', async () => {
    put('etc/os-release', 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\n');
    put(
      'lib/apk/db/installed',
      'P:musl\nV:1.2.5-r1\nF:lib\nR:libc.so\n\nP:redis\nV:8.0.3-r0\nA:x86_64\nF:usr\nF:usr/bin\nR:redis-cli\nR:redis-server\na:0:0:755\n',
    );
    expect(await packageOf('/usr/bin/redis-server', root)).toMatchObject({
      value: {
        manager: 'apk',
        name: 'redis',
        version: '8.0.3-r0',
        distribution: 'alpine',
        release: '3.22.1',
      },
    });
    expect(await packageOf('/usr/local/bin/redis-server', root)).toMatchObject({
      value: { manager: 'none' },
    });
  });

  it('is unknown in a container with rpm, and where there is no package manager', async () => {
    expect(await packageOf('/usr/bin/redis-server', root)).toMatchObject({
      known: false,
      why: 'not-supported',
    });
    put('var/lib/rpm/rpmdb.sqlite', '');
    expect(await packageOf('/usr/bin/redis-server', root)).toMatchObject({
      known: false,
      why: 'not-supported',
    });
  });

  it.skipIf(!existsSync('/usr/bin/dpkg-query'))('agrees with dpkg on this host', async () => {
    const line = execFileSync('dpkg-query', ['-W', '-f', '${Package} ${Version}', 'dpkg'], {
      encoding: 'utf8',
    });
    const [name, version] = line.split(' ');
    expect(await packageOf('/usr/bin/dpkg')).toMatchObject({ value: { manager: 'dpkg', name, version } });
  });
});
