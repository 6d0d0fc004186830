import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlGroups, serviceOf } from './control-groups.ts';
import { unitOf } from './unit-of.ts';
import { serviceDirectives, unitAssignments } from './unit-text.ts';

let root = '';
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyward-unit-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const service = (text: string) => serviceDirectives(unitAssignments(`[Service]\n${text}`));

describe('the text of a unit', () => {
  it('lets the last one win', () => {
    expect(service('User=a\nUser=b\n')).toEqual({ User: 'b' });
  });

  it('adds lists up, and starts anew after an empty one', () => {
    expect(service('ReadWritePaths=/a\nReadWritePaths=/b /c')).toEqual({ ReadWritePaths: '/a /b /c' });
    expect(service('ExecStart=/a\nExecStart=\nExecStart=/b')).toEqual({ ExecStart: '/b' });
    expect(service('ExecStartPre=/a\nExecStartPre=/b')).toEqual({ ExecStartPre: '/a ; /b' });
    expect(service('CapabilityBoundingSet=')).toEqual({ CapabilityBoundingSet: '' });
  });

  it('joins continued lines, passes over comments, and takes [Service] only', () => {
    expect(
      service('; x\nExecStart=/usr/bin/redis-server \\\n# between\n  /etc/redis.conf\n[Install]\nUser=no\n'),
    ).toEqual({
      ExecStart: '/usr/bin/redis-server    /etc/redis.conf',
    });
  });

  it('hides passwords in commands and variables', () => {
    const directives = service(
      'ExecStart=/usr/bin/redis-server --requirepass "canary a" --port 1\nEnvironment=REDIS_PASSWORD=canary "API_TOKEN=canary b" LANG=C\nSetCredential=pw:canary\n',
    );
    expect(JSON.stringify(directives)).not.toContain('canary');
    expect(directives['ExecStart']).toBe('/usr/bin/redis-server --requirepass *** --port 1');
    expect(directives['Environment']).toContain('LANG=C');
  });
});

describe('the unit of a control group', () => {
  it.each([
    ['0::/system.slice/redis-server.service', 'redis-server.service'],
    ['0::/system.slice/system-redis.slice/redis@cache.service', 'redis@cache.service'],
    ['1:name=systemd:/system.slice/redis.service/sub', 'redis.service'],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/redis.service', 'redis.service'],
    ['0::/user.slice/user-1000.slice/user@1000.service/init.scope', undefined],
    ['0::/user.slice/user-0.slice/session-3.scope', undefined],
    [`0::/system.slice/docker.service/docker/${'a'.repeat(64)}`, undefined],
    [`0::/system.slice/docker-${'a'.repeat(64)}.scope`, undefined],
    ['0::/', undefined],
  ])('%s', (line, name) => {
    expect(controlGroups(line).map(serviceOf)[0]?.name).toBe(name);
  });
});

describe('the files of a unit', () => {
  const unit = async (group: string) => {
    put('proc/7/cgroup', `0::${group}\n`);
    const fact = await unitOf(7, root);
    if (!fact.known) throw new Error(fact.detail);
    return fact.value;
  };

  it('/etc goes before /usr/lib, and drop-ins come by name whatever their folder', async () => {
    put('usr/lib/systemd/system/redis-server.service', '[Service]\nUser=vendor\n');
    put('etc/systemd/system/redis-server.service', '[Service]\nUser=redis\nNoNewPrivileges=no\n');
    put('etc/systemd/system/redis-server.service.d/10-a.conf', '[Service]\nNoNewPrivileges=yes\n');
    put('usr/lib/systemd/system/redis-server.service.d/20-b.conf', '[Service]\nUMask=0077\n');
    put('usr/lib/systemd/system/redis-server.service.d/10-a.conf', '[Service]\nNoNewPrivileges=never\n');
    put('usr/lib/systemd/system/service.d/05-all.conf', '[Service]\nUMask=0022\n');
    expect(await unit('/system.slice/redis-server.service')).toEqual({
      name: 'redis-server.service',
      fragments: [
        '/etc/systemd/system/redis-server.service',
        '/usr/lib/systemd/system/service.d/05-all.conf',
        '/etc/systemd/system/redis-server.service.d/10-a.conf',
        '/usr/lib/systemd/system/redis-server.service.d/20-b.conf',
      ],
      service: { User: 'redis', NoNewPrivileges: 'yes', UMask: '0077' },
    });
  });

  it('an instance takes its template, with drop-ins of both', async () => {
    put(
      'lib/systemd/system/redis-server@.service',
      '[Service]\nExecStart=/usr/bin/redis-server /etc/redis/redis-%i.conf\n',
    );
    put('etc/systemd/system/redis-server@.service.d/a.conf', '[Service]\nPrivateTmp=yes\n');
    put('etc/systemd/system/redis-server@one.service.d/a.conf', '[Service]\nPrivateTmp=no\n');
    expect(await unit('/system.slice/redis-server@one.service')).toMatchObject({
      fragments: [
        '/lib/systemd/system/redis-server@.service',
        '/etc/systemd/system/redis-server@one.service.d/a.conf',
      ],
      service: { PrivateTmp: 'no' },
    });
  });

  it('follows links, and takes a link to /dev/null as empty', async () => {
    put('lib/systemd/system/valkey-server.service', '[Service]\nUser=valkey\n');
    mkdirSync(join(root, 'etc/systemd/system/valkey.service.d'), { recursive: true });
    symlinkSync('/lib/systemd/system/valkey-server.service', join(root, 'etc/systemd/system/valkey.service'));
    put('lib/systemd/system/valkey.service.d/x.conf', '[Service]\nUser=root\n');
    symlinkSync('/dev/null', join(root, 'etc/systemd/system/valkey.service.d/x.conf'));
    expect((await unit('/system.slice/valkey.service')).service).toEqual({ User: 'valkey' });
  });

  it('is unknown where no systemd service is, or its files are not to be had', async () => {
    put('proc/7/cgroup', '0::/init.scope\n');
    expect(await unitOf(7, root)).toMatchObject({ known: false, why: 'absent' });
    put('proc/7/cgroup', '0::/system.slice/gone.service\n');
    expect(await unitOf(7, root)).toMatchObject({ known: false, why: 'unreadable' });
  });
});
