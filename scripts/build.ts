/**
 * `npm run build`: what is published. Two bundles with lazy chunks, the library and the command line, so that
 * `keyward audit` loads what it needs and nothing has to be installed beside it; types from the compiler.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { builtinsWhenUsed } from './build-builtins.ts';
import { collectedExamples, dataAsJson } from './build-data.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });

const library: BuildOptions = {
  absWorkingDir: root,
  entryPoints: {
    index: 'src/index.ts',
    'lang/resp/index': 'src/lang/resp/index.ts',
    'lang/conf/index': 'src/lang/conf/index.ts',
    'lang/acl/index': 'src/lang/acl/index.ts',
    'catalog/index': 'src/catalog/index.ts',
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // As ES modules where a package has them: of a CommonJS one, a lazy import would see `default` only.
  mainFields: ['module', 'main'],
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'linked',
  plugins: [dataAsJson, builtinsWhenUsed('import-statement')],
  minify: true,
  // Dependencies that are CommonJS reach for `require` of built-in modules; checks for their examples.
  banner: {
    js: [
      "import { createRequire as __kwRequire } from 'node:module';",
      'const require = __kwRequire(import.meta.url);',
      "const __kwExamples = (id) => require(/\\/(chunks|catalog)\\/[^/]*$/.test(import.meta.url) ? '../examples.json' : './examples.json')[id];",
    ].join(' '),
  },
};
await build(library);
// By itself, so that what several entries of the library share does not part it into dozens of files to load.
await build({ ...library, entryPoints: { cli: 'src/apps/cli/main.ts' } });
writeFileSync(join(dist, 'examples.json'), JSON.stringify(collectedExamples));
chmodSync(join(dist, 'cli.js'), 0o755);

execFileSync(join(root, 'node_modules/.bin/tsc'), ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
