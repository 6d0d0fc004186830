import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProcesses } from './find-processes.ts';

let root = '';
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
interface Made {
  readonly exe?: string;
  readonly argv: readonly string[];
  readonly parent?: number;
  readonly threads?: readonly string[];
}
/** A process of a made-up /proc. */
const run = (pid: number, { exe, argv, parent = 1, threads = [] }: Made): void => {
  put(`proc/${pid}/status`, `Name:\t${argv[0]}\nPPid:\t${parent}\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n`);
  put(`proc/${pid}/cmdline`, argv.map((argument) => `${argument}\0`).join(''));
  put(`proc/${pid}/comm`, `${(argv[0] ?? '').split('/').at(-1)?.split(' ')[0]?.slice(0, 15)}\n`);
  put(`proc/${pid}/cgroup`, '0::/\n');
  mkdirSync(join(root, `proc/${pid}/fd`), { recursive: true });
  put(`proc/${pid}/net/tcp`, 'heading\n');
  put(`proc/${pid}/net/unix`, 'heading\n');
  for (const [index, thread] of threads.entries()) put(`proc/${pid}/task/${pid + index}/comm`, `${thread}\n`);
  if (exe !== undefined) symlinkSync(exe, join(root, `proc/${pid}/exe`));
  symlinkSync('/srv', join(root, `proc/${pid}/cwd`));
};
const find = async () => {
  const fact = await findProcesses(root);
  if (!fact.known) throw new Error(fact.detail);
  return fact.value;
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyward-proc-'));
  put('proc/1/cmdline', '/sbin/init\0');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a process of the family', () => {
  it.each([
    ['redis', { exe: '/usr/bin/redis-server', argv: ['redis-server *:6379'] }],
    ['redis', { exe: '/usr/bin/redis-check-rdb', argv: ['/usr/bin/redis-server 127.0.0.1:6379'] }],
    ['redis', { exe: '/usr/bin/redis-server (deleted)', argv: ['/usr/bin/redis-server', '*:6379'] }],
    ['redis', { exe: '/opt/redislabs/bin/redis-server-7.2', argv: ['redis-server-7.2', '/var/opt/x.conf'] }],
    ['valkey', { exe: '/usr/bin/valkey-server', argv: ['valkey-server 0.0.0.0:6379 [cluster]'] }],
    ['keydb', { exe: '/usr/bin/keydb-server', argv: ['keydb-server *:6379'] }],
    ['dragonfly', { exe: '/usr/bin/dragonfly', argv: ['dragonfly', '--logtostderr'] }],
    ['kvrocks', { exe: '/bin/kvrocks', argv: ['kvrocks', '-c', 'kvrocks.conf'] }],
    ['garnet', { exe: '/usr/share/dotnet/dotnet', argv: ['dotnet', '/app/GarnetServer.dll', '--port', '1'] }],
    ['redis', { argv: ['redis-server *:6379'] }],
    [
      'redis',
      {
        exe: '/opt/app/cache',
        argv: ['/opt/app/cache 0.0.0.0:6379'],
        threads: ['cache', 'bio_close_file', 'bio_lazy_free'],
      },
    ],
    [
      'redis',
      {
        exe: '/lib64/ld-linux-x86-64.so.2',
        argv: ['/lib64/ld-linux-x86-64.so.2', '--library-path', '/l', '/o/redis-server *:1'],
      },
    ],
  ] satisfies readonly (readonly [string, Made])[])('%s: %j', async (product, made) => {
    run(50, made);
    expect(await find()).toMatchObject([{ product, process: { pid: 50 } }]);
  });

  it.each([
    { exe: '/usr/bin/redis-cli', argv: ['redis-cli'] },
    { exe: '/usr/bin/redis-check-rdb', argv: ['redis-check-rdb', '/data/dump.rdb'] },
    { exe: '/usr/bin/redis-server', argv: ['/usr/bin/redis-check-aof', 'x.aof'] },
    { exe: '/usr/bin/vim', argv: ['vim', '/etc/redis/redis-server.conf'] },
    { exe: '/usr/bin/sudo', argv: ['sudo', 'redis-server'] },
    { exe: '/bin/dash', argv: ['/usr/local/bin/redis-server', '--x'] },
    { argv: ['sudo', 'redis-server'] },
    { exe: '/usr/bin/nginx', argv: ['nginx 0.0.0.0:80'], threads: ['nginx'] },
    { exe: '/usr/bin/redis-server', argv: ['redis-rdb-bgsave *:6379'] },
  ] satisfies readonly Made[])('is not %j', async (made) => {
    run(50, made);
    expect(await find()).toEqual([]);
  });

  it('counts a server that saves its data once', async () => {
    run(50, { exe: '/usr/bin/redis-server', argv: ['redis-server *:6379'] });
    run(51, { exe: '/usr/bin/redis-server', argv: ['redis-server *:6379'], parent: 50 });
    expect((await find()).map(({ process }) => process.pid)).toEqual([50]);
  });

  it('tells Sentinel and cluster members', async () => {
    run(50, { exe: '/usr/bin/redis-server', argv: ['redis-sentinel *:26379 [sentinel]'] });
    run(51, { exe: '/usr/bin/redis-server', argv: ['redis-server', 'x.conf', '--sentinel'] });
    run(52, { exe: '/usr/bin/valkey-server', argv: ['valkey-server *:1 [cluster]'] });
    run(53, { exe: '/usr/bin/valkey-sentinel', argv: ['valkey-sentinel', '/etc/s.conf'] });
    expect((await find()).map(({ mode }) => mode)).toEqual(['sentinel', 'sentinel', 'cluster', 'sentinel']);
  });

  it('tells its configuration from its arguments, else from its unit', async () => {
    run(50, { exe: '/usr/bin/redis-server', argv: ['redis-server', 'conf/redis.conf'] });
    run(49, { exe: '/usr/bin/redis-server', argv: ['redis-server', 'moved.conf'] });
    put('srv/conf/redis.conf', '');
    run(51, { exe: '/usr/bin/redis-server', argv: ['redis-server *:6379'] });
    run(52, { exe: '/usr/bin/redis-server', argv: ['redis-server *:6380'] });
    put('proc/52/cgroup', '0::/system.slice/redis-server@one.service\n');
    put(
      'usr/lib/systemd/system/redis-server@.service',
      '[Service]\nExecStart=/usr/bin/redis-server /etc/redis/redis-%i.conf --supervised systemd\n',
    );
    const [moved, first, second, third] = (await find()).map(({ configuration }) => configuration);
    expect(moved).toMatchObject({ known: false, why: 'not-asked' });
    expect(first).toMatchObject({ value: '/srv/conf/redis.conf' });
    expect(second).toMatchObject({ known: false, why: 'not-asked' });
    expect(third).toMatchObject({ value: '/etc/redis/redis-one.conf' });
  });

  it('says that its password stands on the command line, also on that of who started it', async () => {
    run(50, { exe: '/usr/bin/dragonfly', argv: ['dragonfly', '--requirepass=canary'] });
    run(60, { exe: '/usr/bin/sudo', argv: ['sudo', 'redis-server', '--requirepass', 'canary'] });
    run(61, { exe: '/usr/bin/redis-server', argv: ['redis-server *:6379'], parent: 60 });
    const found = await find();
    expect(found.map(({ process }) => process.secretArguments)).toEqual([
      ['--requirepass'],
      ['--requirepass of its parent, process 60'],
    ]);
    expect(JSON.stringify(found)).not.toContain('canary');
  });
});
