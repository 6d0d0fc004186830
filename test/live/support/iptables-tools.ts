/** iptables and ipset: those of the PATH, or of this distribution's packages, unpacked below `.cache` and installed nowhere. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApt } from '../../../scripts/servers/apt.ts';
import { readHost } from '../../../scripts/servers/host.ts';
import { withLock } from '../../../scripts/servers/lock.ts';
import { run } from '../../../scripts/servers/run.ts';
import { unpack } from '../../../scripts/servers/unpack.ts';

export interface IptablesTools {
  /** Whole path of `iptables-nft-restore`, `ipset`, … */
  readonly program: (name: string) => string;
  readonly env: NodeJS.ProcessEnv;
}

const folder = join(import.meta.dirname, '../../../.cache/tools/iptables');
const packages = [
  'iptables',
  'ipset',
  'libipset13',
  'libmnl0',
  'libnftnl11',
  'libnfnetlink0',
  'libip4tc2',
  'libip6tc2',
  'libxtables12',
  'libnetfilter-conntrack3',
];

/** The programs, or why they cannot be had. Never throws. */
export async function iptablesTools(): Promise<IptablesTools | { readonly missing: string }> {
  const own = ['iptables-nft-restore', 'iptables-legacy-restore', 'ipset'].every(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (own) return { program: (name) => name, env: process.env };
  try {
    if (!existsSync(join(folder, 'usr/sbin')))
      await withLock(
        `tool ${folder}`,
        () => undefined,
        async () => {
          if (!existsSync(join(folder, 'usr/sbin'))) await bring();
        },
      );
  } catch (error) {
    return { missing: `iptables: ${error instanceof Error ? error.message : String(error)}` };
  }
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const libraries = ['usr/lib', 'lib'].map((place) => join(folder, `${place}/${machine}-linux-gnu`));
  return {
    program: (name) => join(folder, 'usr/sbin', name),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.join(':'),
      XTABLES_LIBDIR: join(libraries[0] ?? '', 'xtables'),
    },
  };
}

async function bring(): Promise<void> {
  const host = readHost();
  if ('reason' in host) throw new Error(host.reason);
  const suite = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const work = await mkdtemp(join(tmpdir(), 'keyward-tools-'));
  try {
    await openApt(host, suite, work);
    const env = { ...process.env, APT_CONFIG: join(work, 'apt.conf'), LC_ALL: 'C' };
    await run('apt-get', ['-q', 'download', ...packages], { env, cwd: work });
    const archives = (await readdir(work)).filter((file) => file.endsWith('.deb'));
    const half = `${folder}.half`;
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { recursive: true });
    await unpack(
      archives.map((file) => join(work, file)),
      half,
    );
    rmSync(folder, { recursive: true, force: true });
    renameSync(half, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
