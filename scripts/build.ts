/**
 * `npm run build`: what is published. Two bundles, the library and the command line, so that nothing has to be
 * installed beside it; types from the compiler.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleLibrary, bundleProgram } from './bundle.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });

await bundleLibrary(dist);
await bundleProgram(dist);
chmodSync(join(dist, 'cli.js'), 0o755);

execFileSync(join(root, 'node_modules/.bin/tsc'), ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
