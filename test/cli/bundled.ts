/** The command line as it is published: its start takes a fifth of what the sources take, and the tests start it often. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../scripts/servers/lock.ts';

const root = join(import.meta.dirname, '../..');
const kept = join(root, '.cache/program');
/** Milliseconds after which nobody uses the bundle of earlier sources any more. */
const old = 3_600_000;

/** Its path. Bundled by whichever test comes first after a change of what it is made of. */
export async function bundledProgram(): Promise<string> {
  const folder = join(kept, fingerprint());
  const path = join(folder, 'cli.js');
  if (!existsSync(path))
    await withLock(
      folder,
      () => undefined,
      async () => {
        if (!existsSync(path)) await bundle(folder);
      },
    );
  return path;
}

function fingerprint(): string {
  const made = [
    ...globSync(['src/**/*.{ts,tsx}', 'scripts/b*.ts'], { cwd: root }).filter(
      (path) => !path.endsWith('.test.ts'),
    ),
    'package.json',
    'package-lock.json',
  ];
  const hash = createHash('sha256');
  for (const path of made.toSorted()) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 16);
}

async function bundle(folder: string): Promise<void> {
  // Only here, because whoever finds the bundle needs no bundler.
  const { bundleProgram } = await import('../../scripts/bundle.ts');
  mkdirSync(kept, { recursive: true });
  for (const name of readdirSync(kept))
    if (Date.now() - statSync(join(kept, name)).mtimeMs > old)
      rmSync(join(kept, name), { recursive: true, force: true });
  const half = `${folder}.half`;
  rmSync(half, { recursive: true, force: true });
  await bundleProgram(half);
  renameSync(half, folder);
}
