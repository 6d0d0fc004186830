/**
 * `npm run build`: what is published, with nothing to be installed beside it. The library in ES modules with lazy
 * chunks; the command line as one program, whose compiled form is kept between runs (`src/apps/cli/kept-program.ts`);
 * types from the compiler.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { builtinsWhenUsed } from './build-builtins.ts';
import { collectedExamples, dataAsJson } from './build-data.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // As ES modules where a package has them: of a CommonJS one, a lazy import would see `default` only.
  mainFields: ['module', 'main'],
  legalComments: 'linked',
  minify: true,
};

await build({
  ...common,
  entryPoints: {
    index: 'src/index.ts',
    'lang/resp/index': 'src/lang/resp/index.ts',
    'lang/conf/index': 'src/lang/conf/index.ts',
    'lang/acl/index': 'src/lang/acl/index.ts',
    'catalog/index': 'src/catalog/index.ts',
  },
  outdir: dist,
  splitting: true,
  format: 'esm',
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [dataAsJson, builtinsWhenUsed('import-statement')],
  // Dependencies that are CommonJS reach for `require` of built-in modules; checks for their examples.
  banner: {
    js: [
      "import { createRequire as __kwRequire } from 'node:module';",
      'const require = __kwRequire(import.meta.url);',
      "const __kwExamples = (id) => require(/\\/(chunks|catalog)\\/[^/]*$/.test(import.meta.url) ? '../examples.json' : './examples.json')[id];",
    ].join(' '),
  },
});

const program = join(dist, 'chunks/program.cjs');
await build({
  ...common,
  entryPoints: ['src/apps/cli/run.ts'],
  outfile: program,
  format: 'cjs',
  plugins: [dataAsJson, builtinsWhenUsed('import-statement', 'dynamic-import')],
  define: { 'import.meta.dirname': '__dirname' },
  banner: {
    js: "(function (require, module, __dirname) { const __kwExamples = (id) => require('../examples.json')[id];",
  },
  footer: { js: '})' },
});
// Its loader reads bytes as characters.
if (/[^\0-\x7f]/.test(readFileSync(program, 'latin1'))) throw new Error('program.cjs is not ASCII');

writeFileSync(join(dist, 'examples.json'), JSON.stringify(collectedExamples));
const cli = join(dist, 'cli.js');
await build({
  ...common,
  entryPoints: ['src/apps/cli/published.ts'],
  outfile: cli,
  format: 'esm',
  plugins: [builtinsWhenUsed('import-statement')],
});
chmodSync(cli, 0o755);

execFileSync(join(root, 'node_modules/.bin/tsc'), ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
