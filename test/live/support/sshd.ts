/**
 * A host with a real sshd on loopback: packages of this machine's own distribution, unpacked over its root as an
 * overlay in a mount namespace of its own. Accounts, keys and sudoers are made there; nothing outside is touched.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApt } from '../../../scripts/servers/apt.ts';
import { readHost } from '../../../scripts/servers/host.ts';
import { withLock } from '../../../scripts/servers/lock.ts';
import { run } from '../../../scripts/servers/run.ts';
import { freePort } from '../../../src/adapters/servers/index.ts';
import { type ServerProcess, startProcess } from '../../../src/adapters/servers/process.ts';

/** `odd` has a login shell that eats backslashes, `chatty` one that prints before it works. */
export type SshUser = 'root' | 'ops' | 'plain' | 'busybox' | 'chatty' | 'odd';

export interface SshHost {
  readonly port: number;
  /** Words for ssh: its own configuration, key and known hosts. */
  readonly words: readonly string[];
  /** The configuration file in `words`: no other process has it in its command line. */
  readonly configuration: string;
  /** Where the root of that host is seen from here. */
  readonly root: string;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

const cache = join(import.meta.dirname, '../../../.cache/sshd');
const packages = join(cache, 'root');

/** Brings the packages once; then why there can be no sshd here, or `undefined`. */
export async function whyNoSshd(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'a host of our own needs root on Linux';
  if (spawnSync('ssh', ['-V']).error) return 'no ssh here';
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return 'no mount namespaces here';
  try {
    if (!existsSync(packages)) await withLock(cache, () => undefined, bringPackages);
    return undefined;
  } catch (error) {
    return `no sshd to be had: ${(error as Error).message}`;
  }
}

/** What openssh-server, sudo and busybox need beyond what is installed, unpacked into `.cache/sshd/root`. */
async function bringPackages(): Promise<void> {
  if (existsSync(packages)) return;
  const host = readHost();
  if ('reason' in host) throw new Error(host.reason);
  const release = readFileSync('/etc/os-release', 'utf8');
  const [, suite = ''] = /^(?:UBUNTU|VERSION)_CODENAME="?(\w+)/m.exec(release) ?? [];
  const work = await mkdtemp(join(tmpdir(), 'keyward-sshd-apt-'));
  try {
    await openApt(host, suite, work);
    const env = { ...process.env, APT_CONFIG: join(work, 'apt.conf'), LC_ALL: 'C' };
    const status = ['-o', 'Dir::State::status=/var/lib/dpkg/status'];
    const wanted = ['openssh-server', 'sudo', 'busybox-static'];
    const argv = ['-q', '-y', ...status, '--print-uris', '--no-remove', 'install', ...wanted];
    const printed = await run('apt-get', argv, { env });
    const chosen = [...printed.matchAll(/^'[^']+' ([^_\s]+)_([^_\s]+)_\S+\.deb /gm)].map(
      ([, name = '', version = '']) => `${name}=${decodeURIComponent(version)}`,
    );
    const archives = join(work, 'got');
    mkdirSync(archives);
    if (chosen.length > 0) await run('apt-get', ['-q', 'download', ...chosen], { env, cwd: archives });
    const unpacked = `${packages}.new`;
    mkdirSync(unpacked, { recursive: true });
    for (const name of await readdir(archives)) await run('dpkg-deb', ['-x', join(archives, name), unpacked]);
    renameSync(unpacked, packages);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const accounts: readonly (readonly [SshUser, number, string])[] = [
  ['ops', 3001, '/bin/sh'],
  ['plain', 3002, '/bin/sh'],
  ['busybox', 3003, '/opt/busybox/sh'],
  ['chatty', 3004, '/opt/chatty'],
  ['odd', 3005, '/opt/odd'],
];

// $1 folder for the mounts, $2 unpacked packages, $3 folder with key and host key, $4 port.
const setUp = `set -eu
mount -t tmpfs -o mode=0755 keyward "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" keyward "$1/root"
cd "$1/root"
tar -C "$2" -c . | tar -x --keep-directory-symlink
mount --rbind /proc proc; mount --rbind /dev dev
for at in tmp run; do mount -t tmpfs -o mode=1777 keyward $at; done
mkdir -p run/sshd opt/busybox small fixed etc/ssh/keys etc/redis
chmod 755 run/sshd etc/ssh/keys
mount -t tmpfs -o size=64k keyward small
mount -t tmpfs keyward fixed; echo old > fixed/file; mount -o remount,ro keyward fixed
{ echo 'root:x:0:0::/tmp:/bin/sh'; echo 'sshd:x:3000:3000::/run/sshd:/usr/sbin/nologin'
  echo 'redis:x:3100:3100::/var/lib/redis:/usr/sbin/nologin'; cat "$3/passwd"; } > etc/passwd
{ grep '^root:' /etc/group; echo 'redis:x:3100:ops'; cat "$3/group"; } > etc/group
sed 's/:.*/:*:19000:0:99999:7:::/' etc/passwd > etc/shadow
mkdir -p etc/sudoers.d
chmod u+w etc/sudoers
{ echo 'Defaults env_reset'; echo 'ops ALL=(ALL) NOPASSWD: ALL'; echo 'root ALL=(ALL) ALL'; } > etc/sudoers
chown 0:0 etc/sudoers; chmod 440 etc/sudoers
for tool in $(./bin/busybox --list); do ln -s /bin/busybox "opt/busybox/$tool"; done
rm -f opt/busybox/su opt/busybox/sudo
printf '#!/bin/sh\\necho welcome; echo welcome >&2\\nexec /bin/sh "$@"\\n' > opt/chatty
printf '#!/bin/sh\\nexec /bin/sh -c "$(printf %%s "$2" | tr -d %s)"\\n' "'\\\\\\\\'" > opt/odd
chmod 755 opt/chatty opt/odd
cp "$3/host_key" etc/ssh/host_key; chmod 600 etc/ssh/host_key
cp "$3/key.pub" etc/ssh/keys/all; chmod 644 etc/ssh/keys/all
cat > etc/ssh/sshd_config <<END
ListenAddress 127.0.0.1
Port $4
HostKey /etc/ssh/host_key
AuthorizedKeysFile /etc/ssh/keys/all
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
UseDNS no
PidFile none
MaxSessions 10
Match User busybox
  SetEnv PATH=/opt/busybox
END
exec chroot . /usr/sbin/sshd -D -e -f /etc/ssh/sshd_config
`;

/** Sessions leave the group of sshd; what they started is told by its mount namespace, which is nobody else's. */
function processesBeside(pid: number): readonly number[] {
  const namespaceOf = (one: string | number): string | undefined => {
    try {
      return readlinkSync(`/proc/${one}/ns/mnt`);
    } catch {
      return undefined;
    }
  };
  const own = namespaceOf(pid);
  if (own === undefined || own === namespaceOf('self')) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && namespaceOf(name) === own);
  return pids.map(Number);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

export async function startSshHost(): Promise<SshHost> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-sshd-'));
  const at = (name: string): string => join(folder, name);
  let child: ServerProcess | undefined;
  const stop = async (): Promise<void> => {
    const inside = child === undefined ? [] : processesBeside(child.pid);
    child?.kill();
    for (const pid of inside) end(pid);
    await child?.whenEnded;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    mkdirSync(at('mounts'));
    for (const name of ['key', 'host_key'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'keyward', '-f', at(name)]);
    const lines = (line: (name: string, id: number, shell: string) => string): string =>
      accounts.map(([name, id, shell]) => `${line(name, id, shell)}\n`).join('');
    writeFileSync(
      at('passwd'),
      lines((name, id, shell) => `${name}:x:${id}:${id}::/tmp:${shell}`),
    );
    writeFileSync(
      at('group'),
      lines((name, id) => `${name}:x:${id}:`),
    );
    const port = await freePort();
    writeFileSync(at('known_hosts'), `[127.0.0.1]:* ${readFileSync(at('host_key.pub'), 'utf8')}`);
    writeFileSync(
      at('config'),
      [
        `UserKnownHostsFile ${at('known_hosts')}`,
        'GlobalKnownHostsFile /dev/null',
        'StrictHostKeyChecking yes',
        `IdentityFile ${at('key')}`,
        'IdentitiesOnly yes',
        '',
      ].join('\n'),
      { mode: 0o600 },
    );
    const argv = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', setUp, 'sshd'];
    child = await startProcess([...argv, at('mounts'), packages, folder, String(port)], folder);
    const { pid, log, ended } = child;
    for (let tries = 0; !log().includes('Server listening'); tries += 1) {
      if (ended() || tries > 1000) throw new Error(`sshd did not start: ${log()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const configuration = at('config');
    return { port, words: ['-F', configuration], configuration, root: `/proc/${pid}/root`, log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
