import type { ImportKind, Plugin } from 'esbuild';

/**
 * Built-in modules by `process.getBuiltinModule`, and only when something of them is first used. An `import` of one
 * loads it at once, and makes Node read every export of it, and so load what hides behind its getters (all of
 * WebCrypto, the readline of fs/promises): a tenth of an audit's time.
 */
export const builtinsWhenUsed = (...kinds: readonly ImportKind[]): Plugin => ({
  name: 'builtins-when-used',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kinds.includes(kind) ? { path, namespace: 'builtin', sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) =>
        /^[A-Za-z_$][\w$]*$/.test(name),
      );
      const getters = names.map((name) => `get ${name}() { return of().${name}; }`);
      return {
        contents: `let loaded; const of = () => (loaded ??= process.getBuiltinModule('${path}'));\nmodule.exports = { ${getters.join(', ')} };`,
        loader: 'js',
      };
    });
  },
});
