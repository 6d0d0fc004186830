/** Programs that check what we render: from the PATH, or unpacked from packages of this distribution; installed nowhere. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openApt } from '../../../scripts/servers/apt.ts';
import { readHost } from '../../../scripts/servers/host.ts';
import { withLock } from '../../../scripts/servers/lock.ts';
import { run } from '../../../scripts/servers/run.ts';
import { unpack } from '../../../scripts/servers/unpack.ts';

/** How to start a program, or why it cannot be had. */
export type Tool =
  | { readonly argv: readonly [string, ...string[]]; readonly env: NodeJS.ProcessEnv }
  | { readonly missing: string };

const root = join(import.meta.dirname, '../../../.cache/tools');
const recipes = {
  shellcheck: { packages: ['shellcheck'], program: 'usr/bin/shellcheck' },
  stunnel: { packages: ['stunnel4', 'libwrap0'], program: 'usr/bin/stunnel4' },
  'docker-compose': {
    packages: [
      'docker-compose',
      'python3-attr',
      'python3-certifi',
      'python3-chardet',
      'python3-distro',
      'python3-docker',
      'python3-dockerpty',
      'python3-docopt',
      'python3-dotenv',
      'python3-idna',
      'python3-jsonschema',
      'python3-pkg-resources',
      'python3-pyrsistent',
      'python3-requests',
      'python3-six',
      'python3-texttable',
      'python3-urllib3',
      'python3-websocket',
      'python3-yaml',
    ],
    program: 'usr/bin/docker-compose',
  },
  'ansible-playbook': {
    packages: [
      'ansible-core',
      'python3-jinja2',
      'python3-yaml',
      'python3-markupsafe',
      'python3-cryptography',
      'python3-cffi-backend',
      'python3-packaging',
      'python3-resolvelib',
    ],
    program: 'usr/bin/ansible-playbook',
  },
} as const;
export type ToolName = keyof typeof recipes;

const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** A program by name; brought once, and kept below `.cache/tools`. Never throws. */
export async function tool(name: ToolName): Promise<Tool> {
  const own = onPath(name);
  if (own !== undefined) return { argv: [own], env: process.env };
  const { packages, program } = recipes[name];
  const folder = join(root, name);
  try {
    if (!existsSync(join(folder, program)))
      await withLock(
        `tool ${folder}`,
        () => undefined,
        async () => {
          if (!existsSync(join(folder, program))) await bring(packages, folder);
        },
      );
    return launcher(folder, program);
  } catch (error) {
    return { missing: `${name}: ${error instanceof Error ? error.message : String(error)}` };
  }
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

function launcher(folder: string, program: string): Tool {
  const libraries = ['x86_64', 'aarch64'].flatMap((machine) => [
    join(folder, `usr/lib/${machine}-linux-gnu`),
    join(folder, `lib/${machine}-linux-gnu`),
  ]);
  const [first = ''] = readFileSync(join(folder, program), 'latin1').split('\n', 1);
  const python = first.startsWith('#!') && first.includes('python3');
  return {
    argv: python ? ['/usr/bin/python3', join(folder, program)] : [join(folder, program)],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.join(':'),
      ...(python ? { PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages') } : {}),
    },
  };
}
