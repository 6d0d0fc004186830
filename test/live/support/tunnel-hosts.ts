/**
 * Hosts that are nearly whole: each a network namespace with `/etc` and `/run` of its own and programs that are
 * installed nowhere else, all on one network that somebody else listens to. Nothing leads out of it, and nothing of
 * it stays: files are in memory, and a host ends with its first process, whose input ends with ours.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Unpacked } from '../../../scripts/tools/debian-packages.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TunnelHost {
  readonly address: string;
  /** Words before a program that is to run there. */
  readonly within: readonly [string, ...string[]];
  readonly run: (
    argv: readonly string[],
    options?: { readonly input?: string; readonly env?: NodeJS.ProcessEnv },
  ) => Ran;
  /** Runs it until the hosts are closed. */
  readonly start: (argv: readonly string[]) => ChildProcess;
}

export interface TunnelHosts {
  readonly hosts: readonly TunnelHost[];
  /** What who sits in the middle sees meanwhile: all packets, as they were on the wire. */
  readonly overheard: (meanwhile: () => unknown) => Promise<Buffer>;
  readonly close: () => void;
}

/** A word that a listener would know again. */
export const overheardWord = 'a-word-to-overhear';

/** What a `PING` with that word gets at port 6379: the word, or why nothing came. Patience in seconds. */
export function knock(from: TunnelHost, address: string, patience = 20): string {
  const talk = `exec 3<>/dev/tcp/${address}/6379; printf 'PING ${overheardWord}\\r\\n' >&3; head -2 <&3`;
  const { code, stdout, stderr } = from.run(['timeout', String(patience), 'bash', '-c', talk]);
  if (code === 124) return 'timed out';
  return /refused|unreachable/.exec(stderr)?.[0] ?? stdout.trim().split('\r\n').at(-1) ?? '';
}

const script = `
set -e
mount --make-rprivate /
mount -t tmpfs none "$1"
mkdir "$1/etc" "$1/work" "$1/run"
mount -t overlay none -o "lowerdir=$2" /usr
mount -t overlay none -o "lowerdir=$3,upperdir=$1/etc,workdir=$1/work" /etc
mount --rbind "$1/run" /run
echo ready
exec cat
`;

const ip = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
};

/** Why this machine cannot have them; `undefined` when it can. */
export function whyNoTunnelHosts(): string | undefined {
  if (process.getuid?.() !== 0) return 'namespaces need root';
  const mounts = spawnSync('unshare', [
    '-m',
    'mount',
    '-t',
    'overlay',
    'none',
    '-o',
    'lowerdir=/usr:/etc',
    '/mnt',
  ]);
  if (mounts.status !== 0) return 'no overlay file system here';
  const name = `kwt-probe-${process.pid}`;
  const added = spawnSync('ip', ['netns', 'add', name]);
  spawnSync('ip', ['netns', 'del', name]);
  return added.status === 0 ? undefined : 'no `ip netns` here (package iproute2)';
}

export async function tunnelHosts(
  name: string,
  count: number,
  packages: readonly Unpacked[],
): Promise<TunnelHosts> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-tunnel-'));
  const middle = `${name}m`;
  const names = Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
  const close = (): void => {
    for (const one of [middle, ...names]) {
      const { stdout } = spawnSync('ip', ['netns', 'pids', one], { encoding: 'utf8' });
      for (const pid of stdout.split('\n').map(Number)) if (pid > 1) kill(pid);
      spawnSync('ip', ['netns', 'del', one]);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  close();
  try {
    const made = mkdtempSync(join(tmpdir(), 'keyward-tunnel-'));
    ip('netns', 'add', middle);
    ip('-n', middle, 'link', 'add', 'wire', 'type', 'bridge');
    ip('-n', middle, 'link', 'set', 'wire', 'up');
    const hosts: TunnelHost[] = [];
    for (const [index, one] of names.entries()) hosts.push(await open(one, index, middle, made, packages));
    return {
      hosts,
      overheard: (meanwhile) => overheard(hosts[0], middle, join(made, 'overheard'), meanwhile),
      close: () => {
        close();
        rmSync(made, { recursive: true, force: true });
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

async function open(
  name: string,
  index: number,
  middle: string,
  folder: string,
  packages: readonly Unpacked[],
): Promise<TunnelHost> {
  const address = `10.77.1.${index + 1}`;
  ip('netns', 'add', name);
  ip('link', 'add', 'eth0', 'netns', name, 'type', 'veth', 'peer', 'name', `port${index}`, 'netns', middle);
  ip('-n', middle, 'link', 'set', `port${index}`, 'master', 'wire', 'up');
  ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
  ip('-n', name, 'link', 'set', 'eth0', 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  const lower = (part: string): string =>
    [...packages.map((one) => join(one.folder, part)), `/${part}`].join(':');
  const own = join(folder, name);
  spawnSync('mkdir', [
    '-p',
    own,
    ...packages.flatMap((one) => [join(one.folder, 'usr'), join(one.folder, 'etc')]),
  ]);
  const words = [
    'netns',
    'exec',
    name,
    'unshare',
    '-m',
    'sh',
    '-c',
    script,
    'sh',
    own,
    lower('usr'),
    lower('etc'),
  ];
  const first = spawn('ip', words, { stdio: ['pipe', 'pipe', 'pipe'] });
  await new Promise<void>((ready, fail) => {
    first.stdout.once('data', () => ready());
    first.stderr.once('data', (text: Buffer) => fail(new Error(`no host ${name}: ${text.toString()}`)));
    first.once('exit', () => fail(new Error(`no host ${name}`)));
  });
  const within = ['nsenter', '-t', String(first.pid), '-m', '-n', '--'] as const;
  return {
    address,
    within: [...within],
    run: (argv, { input = '', env = {} } = {}) => {
      const [program, ...rest] = within;
      const { status, stdout, stderr } = spawnSync(program, [...rest, ...argv], {
        input,
        env: { ...process.env, ...env },
        encoding: 'utf8',
        timeout: 60_000,
      });
      return { code: status ?? 255, stdout, stderr };
    },
    start: (argv) => {
      const [program, ...rest] = within;
      return spawn(program, [...rest, ...argv], { stdio: 'ignore' });
    },
  };
}

/** tcpdump of the first host's programs, in the namespace that all packets cross. */
async function overheard(
  host: TunnelHost | undefined,
  middle: string,
  file: string,
  meanwhile: () => unknown,
): Promise<Buffer> {
  const [program = '', ...rest] = host?.within ?? [];
  const inMiddle = ['nsenter', `--net=/run/netns/${middle}`];
  // The names of namespaces are below the /run of this machine, which the host does not see.
  const words = [...inMiddle, program, ...rest.filter((word) => word !== '-n')];
  const listener = spawn(
    words[0] ?? '',
    [...words.slice(1), 'tcpdump', '-Z', 'root', '-n', '-U', '--immediate-mode', '-i', 'wire', '-w', file],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  await new Promise<void>((ready, fail) => {
    listener.stderr.once('data', () => ready());
    listener.once('exit', () => fail(new Error('tcpdump did not start')));
  });
  await meanwhile();
  // What it has not written when it is told to end, it never saw.
  for (let size = -1; size !== statSync(file).size;) {
    size = statSync(file).size;
    await setTimeout(50);
  }
  const ended = new Promise<void>((done) => listener.once('exit', () => done()));
  listener.kill('SIGINT');
  await ended;
  const captured = readFileSync(file);
  rmSync(file);
  return captured;
}
