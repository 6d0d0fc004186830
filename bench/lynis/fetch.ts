import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../built.ts';

/** Debian's lynis, unpacked and not installed. @throws where apt cannot fetch it */
export function lynisFolder(): string {
  const folder = join(root, '.cache/lynis');
  const unpacked = join(folder, 'root');
  if (existsSync(join(unpacked, 'usr/sbin/lynis'))) return unpacked;
  mkdirSync(folder, { recursive: true });
  const run = (program: string, args: readonly string[]): void => {
    try {
      execFileSync(program, args, { cwd: folder, stdio: 'ignore' });
    } catch {
      throw new Error(`lynis cannot be fetched: ${program} ${args.join(' ')} failed`);
    }
  };
  run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', 'lynis']);
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
  run('dpkg-deb', ['-x', archive, unpacked]);
  return unpacked;
}
