import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerOf } from './container-of.ts';

const id = '0123456789abcdef'.repeat(4);
let root = '';
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const container = async () => {
  const fact = await containerOf(7, root);
  if (!fact.known) throw new Error(fact.detail);
  return fact.value;
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyward-container-'));
  put(
    'proc/7/status',
    'Name:\tredis-server\nNSpid:\t7\nCapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n',
  );
  put('proc/7/cgroup', '0::/system.slice/redis.service\n');
  put('proc/7/uid_map', '         0          0 4294967295\n');
  put('proc/sys/kernel/cap_last_cap', '40\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the container of a process', () => {
  it('is none on a host', async () => {
    put(
      'proc/7/mountinfo',
      `22 1 0:1 /var/lib/docker/containers/${id}/mounts/shm /var/lib/docker/containers/${id}/mounts/shm rw - tmpfs shm rw\n`,
    );
    expect(await container()).toBe('none');
  });

  it.each([
    [`/system.slice/docker-${id}.scope`, 'docker', id],
    [`/docker/${id}`, 'docker', id],
    [
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-${id}.scope`,
      'kubernetes',
      id,
    ],
    [`/kubepods/besteffort/pod1/${id}`, 'kubernetes', id],
    [`/machine.slice/libpod-${id}.scope/container`, 'podman', id],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope`, 'podman', id],
    [`/system.slice/nerdctl-${id}.scope`, 'containerd', id],
    ['/lxc.payload.cache/system.slice/redis.service', 'lxc', 'cache'],
    ['/lxc/101/ns/system.slice/redis.service', 'lxc', '101'],
    ['/machine.slice/machine-cache.scope/payload', 'systemd-nspawn', 'cache'],
    ['/machine.slice/systemd-nspawn@cache.service/payload', 'systemd-nspawn', 'cache'],
    [`/custom/${id}`, 'unknown', id],
  ])('%s is %s', async (group, kind, name) => {
    put('proc/7/cgroup', `0::${group}\n`);
    expect(await container()).toMatchObject({ kind, id: name });
  });

  it('is seen from inside by what is mounted', async () => {
    put('proc/7/cgroup', '0::/\n');
    put('proc/7/mountinfo', `22 1 8:1 /containers/${id}/hostname /etc/hostname rw - ext4 /dev/vda rw\n`);
    expect(await container()).toMatchObject({ kind: 'docker', id });
  });

  it('is seen by the marks in its root, and by process ids of its own', async () => {
    put('proc/7/cgroup', '0::/\n');
    put('proc/7/status', 'NSpid:\t7\t1\nCapBnd:\t0\n');
    expect(await container()).toMatchObject({ kind: 'unknown' });
    put('theirs/run/.containerenv', '');
    symlinkSync(join(root, 'theirs'), join(root, 'proc/7/root'));
    expect(await container()).toMatchObject({ kind: 'podman' });
  });

  it('is privileged when its bounding set is full and its user ids are those of the host', async () => {
    put('proc/7/cgroup', `0::/docker/${id}\n`);
    expect(await container()).toMatchObject({ privileged: false });
    put('proc/7/status', 'NSpid:\t7\t1\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n');
    expect(await container()).toMatchObject({ privileged: true });
    put('proc/7/uid_map', '         0     100000      65536\n');
    expect(await container()).toMatchObject({ privileged: false });
  });
});
