/**
 * A host whose packet filter is managed by ufw or by firewalld: the real programs, out of this distribution's packages,
 * laid over /usr and /etc in a mount namespace of its own. Nothing is installed, and nothing of the machine is changed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpacked } from '../../../scripts/tools/debian-packages.ts';
import { openFirewallHost } from './firewall-host.ts';
import { iptablesPackages } from './iptables-tools.ts';
import { nftPackages } from '../../../scripts/tools/nft-tools.ts';
import { hostOf, runs, type RuledHost } from './ruled-host.ts';

export type Manager = 'ufw' | 'firewalld';

const packages = [
  'ufw',
  'firewalld',
  'python3-firewall',
  'python3-nftables',
  'python3-cap-ng',
  'libcap-ng0',
  'python3-dbus',
  'python3-gi',
  'gir1.2-glib-2.0',
  'libgirepository-1.0-1',
  'dbus-daemon',
  'libdbus-1-3',
  ...iptablesPackages,
  ...nftPackages,
];

export interface ManagerTools {
  readonly folder: string;
}

/** Where the packages lie, or why they cannot be had. Never throws. */
export async function managerTools(): Promise<ManagerTools | { readonly missing: string }> {
  if (spawnSync('/usr/bin/python3', ['--version']).status !== 0)
    return { missing: 'no /usr/bin/python3 here' };
  const brought = await unpacked('managers', [...new Set(packages)], 'usr/sbin/ufw');
  return 'missing' in brought ? brought : { folder: brought.folder };
}

/** Everybody may ask and own everything: there is nobody else on this bus. */
const bus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
`;

/** Lays the packages over this machine's folders, for this process and those that enter it alone. */
const script = (from: string, work: string): string => `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs ${work}
lay() {
  mkdir -p ${work}/$1/up ${work}/$1/work
  mount -t overlay overlay -o "lowerdir=${from}/$1:/$1,upperdir=${work}/$1/up,workdir=${work}/$1/work" /$1
}
lay usr
lay etc
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/dbus
if [ -d ${from}/lib ]; then cp -a ${from}/lib/. /usr/lib/; fi
for four in iptables ip6tables; do
  for what in "" -save -restore; do ln -sf $four-nft$what /usr/sbin/$four$what; done
done
cp /usr/share/ufw/iptables/*.rules /usr/share/ufw/ufw.conf /etc/ufw/
echo ready
exec sleep 900
`;

/** @throws where the machine does not let us, or the manager does not start */
export async function openManagedHost(
  name: string,
  manager: Manager,
  { folder }: ManagerTools,
): Promise<RuledHost> {
  const network = await openFirewallHost(name);
  const work = mkdtempSync(join(tmpdir(), 'keyward-managed-'));
  const holder = spawn('unshare', ['-m', '--', ...network.inside, 'sh', '-c', script(folder, work)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const daemons: number[] = [];
  const close = (): void => {
    for (const pid of daemons) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    }
    holder.kill('SIGKILL');
    network.close();
    rmSync(work, { recursive: true, force: true });
  };
  try {
    const said: string = await Promise.race([
      once(holder.stdout, 'data').then(([data]) => String(data).trim()),
      once(holder, 'exit').then(([code]) => `ended with ${String(code)}`),
    ]);
    if (said !== 'ready') throw new Error(`the folders could not be laid: ${said}`);
    const enter = [
      'nsenter',
      '-t',
      String(holder.pid),
      '-m',
      '-n',
      '--',
      'env',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    ];
    const host = hostOf(
      network,
      (argv, input) => runs([...enter, ...argv], input),
      `/proc/${holder.pid}/root`,
      close,
    );
    if (manager === 'ufw') host.run(['ufw', '--force', 'enable']);
    else daemons.push(...(await startFirewalld(host, enter)));
    return host;
  } catch (error) {
    close();
    throw error;
  }
}

async function startFirewalld(
  host: RuledHost,
  [first = '', ...enter]: readonly string[],
): Promise<readonly number[]> {
  host.put('/run/bus.conf', bus);
  const started = [
    'dbus-daemon --config-file=/run/bus.conf --nofork --nopidfile',
    'firewalld --nofork --nopid',
  ].map((line) => spawn(first, [...enter, ...line.split(' ')], { stdio: 'ignore' }));
  const pids = started.flatMap(({ pid }) => pid ?? []);
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      if (host.run(['firewall-cmd', '--state']).trim() === 'running') return pids;
    } catch (error) {
      if (Date.now() > until || started[1]?.exitCode !== null) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
