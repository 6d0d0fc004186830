/** The two bundles of what is published, each with lazy chunks: a run loads what it needs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { builtinsWhenUsed } from './build-builtins.ts';
import { collectedExamples, dataAsJson } from './build-data.ts';

const root = join(import.meta.dirname, '..');

const options: BuildOptions = {
  absWorkingDir: root,
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

async function bundle(outdir: string, entryPoints: Readonly<Record<string, string>>): Promise<void> {
  await build({ ...options, outdir, entryPoints: { ...entryPoints } });
  writeFileSync(join(outdir, 'examples.json'), JSON.stringify(collectedExamples));
}

export const bundleLibrary = (outdir: string): Promise<void> =>
  bundle(outdir, {
    index: 'src/index.ts',
    'lang/resp/index': 'src/lang/resp/index.ts',
    'lang/conf/index': 'src/lang/conf/index.ts',
    'lang/acl/index': 'src/lang/acl/index.ts',
    'catalog/index': 'src/catalog/index.ts',
  });

/** By itself, so that what several entries of the library share does not part it into dozens of files to load. */
export async function bundleProgram(outdir: string): Promise<void> {
  await bundle(outdir, { cli: 'src/apps/cli/main.ts' });
  // Programs that the library starts as well: threads of a large fleet, and what an apply leaves behind.
  await bundle(outdir, {
    'collect-thread': 'src/apps/library/collect-thread.ts',
    watchdog: 'src/apps/watchdog/main.ts',
  });
}
