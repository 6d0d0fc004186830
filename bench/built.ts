import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
const cli = join(root, 'dist/cli.js');
const builtAt = (): number => statSync(cli, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The built command line, as it is published; built first when a source is newer. @throws where that fails */
export function builtCli(): string {
  const newest = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .reduce((latest, name) => Math.max(latest, statSync(join(root, 'src', name)).mtimeMs), 0);
  if (newest < builtAt()) return cli;
  const { stdout } = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { encoding: 'utf8' });
  // Types come last: a fault in them leaves the program as built, and a bench needs no types.
  if (newest >= builtAt()) throw new Error(`npm run build failed: ${stdout}`);
  return cli;
}
