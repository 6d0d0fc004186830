import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportKind, Plugin } from 'esbuild';

const source = join(import.meta.dirname, '../src');
const isName = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name);

/** Names that our own sources import from each built-in module; a module of which one takes all is left out. */
function importedNames(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const whole = new Set<string>();
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => /(?<!\.test)\.tsx?$/.test(name))) {
    const text = readFileSync(join(source, file), 'utf8');
    for (const [, clause = '', module = ''] of text.matchAll(
      /^import (?!type\b)([^;]*?) from '(node:[\w/]+)';/gm,
    )) {
      const names = /^\{([^{}]*)\}$/.exec(clause)?.[1]?.split(',') ?? [];
      if (names.length === 0) whole.add(module);
      const known = found.get(module) ?? new Set();
      for (const name of names)
        known.add(
          name
            .trim()
            .replace(/^type /, '')
            .split(' as ', 1)[0] ?? '',
        );
      found.set(module, known);
    }
  }
  for (const module of whole) found.delete(module);
  return found;
}

/**
 * Built-in modules by `process.getBuiltinModule`, and only when something of them is first used. An `import` of one
 * loads it at once, and makes Node read every export of it, and so load what hides behind its getters (all of
 * WebCrypto, the readline of fs/promises): a tenth of an audit's time. Only the names that are imported are there,
 * since the bundle copies all that are for every importer.
 */
export const builtinsWhenUsed = (...kinds: readonly ImportKind[]): Plugin => ({
  name: 'builtins-when-used',
  setup(build) {
    const imported = importedNames();
    build.onResolve({ filter: /^node:/ }, ({ path, kind, importer }) => {
      if (!kinds.includes(kind)) return undefined;
      const ours = kind === 'import-statement' && importer.startsWith(source);
      return { path, namespace: 'builtin', sideEffects: false, suffix: ours ? '?ours' : '' };
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path, suffix }) => {
      const all = Object.keys(process.getBuiltinModule(path) ?? {}).filter(isName);
      const wanted = suffix === '' ? undefined : imported.get(path);
      const getters = all
        .filter((name) => wanted?.has(name) ?? true)
        .map((name) => `get ${name}() { return of().${name}; }`);
      return {
        contents: `let loaded; const of = () => (loaded ??= process.getBuiltinModule('${path}'));\nmodule.exports = { ${getters.join(', ')} };`,
        loader: 'js',
      };
    });
  },
});
