/** Programs out of this distribution's packages, unpacked below `.cache/tools` and installed nowhere. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApt } from '../servers/apt.ts';
import { readHost } from '../servers/host.ts';
import { withLock } from '../servers/lock.ts';
import { run } from '../servers/run.ts';
import { unpack } from '../servers/unpack.ts';

export interface Unpacked {
  readonly folder: string;
  /** Where its own libraries are, for LD_LIBRARY_PATH. */
  readonly libraries: readonly string[];
}

const tools = join(import.meta.dirname, '../../.cache/tools');

/**
 * Brings them once, by whichever test file comes first; then they are found by `witness`, a path inside of them.
 * What cannot be had comes as the reason. Never throws.
 */
export async function unpacked(
  name: string,
  packages: readonly string[],
  witness: string,
): Promise<Unpacked | { readonly missing: string }> {
  const folder = join(tools, name);
  const there = (): boolean => existsSync(join(folder, witness));
  try {
    if (!there())
      await withLock(
        `tool ${folder}`,
        () => undefined,
        async () => {
          if (!there()) await bring(packages, folder);
        },
      );
  } catch (error) {
    return { missing: `${name}: ${error instanceof Error ? error.message : String(error)}` };
  }
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return { folder, libraries: ['usr/lib', 'lib'].map((at) => join(folder, at, `${machine}-linux-gnu`)) };
}

async function bring(packages: readonly string[], folder: string): Promise<void> {
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
