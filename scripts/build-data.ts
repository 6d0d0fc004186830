import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Plugin } from 'esbuild';

const tables = /src\/lang\/conf\/tables\/measured\.ts$/;
const advisories = /src\/catalog\/advisories\/entries\/[a-z0-9-]+\.ts$/;
const checks = /src\/catalog\/checks\/[a-z-]+\/[a-z0-9-]+\.ts$/;
/** The last property of a check, as the formatter leaves it. */
const examples = /\n {2}examples: \{\n[\s\S]*\n {2}\},\n\}\);\n$/;

/** As JavaScript that reads the value from one string; undefined where JSON cannot carry it. */
function asJson(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  return isDeepStrictEqual(JSON.parse(text), value) ? `JSON.parse(${JSON.stringify(text)})` : undefined;
}

/** Examples of all checks by id, for one file beside the bundle. */
export const collectedExamples: Record<string, unknown> = {};

/** The same object with its parts read from that file when they are first asked for. */
function lazily(id: string, parts: object): string | undefined {
  if (asJson(parts) === undefined) return undefined;
  collectedExamples[id] = parts;
  const getters = Object.keys(parts).map((name) => `get ${name}() { return __kwExamples('${id}').${name}; }`);
  return `{ ${getters.join(', ')} }`;
}

/**
 * Large data becomes JSON in the bundle: an engine reads that several times faster than the same as JavaScript, and
 * every start of the program has to. The examples of checks, a quarter of it, are no business of an audit: they go to
 * a file of their own.
 */
export const dataAsJson: Plugin = {
  name: 'data-as-json',
  setup(build) {
    build.onLoad({ filter: tables }, async ({ path }) => {
      const { measured } = (await import(pathToFileURL(path).href)) as { readonly measured: unknown };
      const json = asJson(measured);
      return json === undefined ? undefined : { contents: `export const measured = ${json};`, loader: 'js' };
    });
    build.onLoad({ filter: advisories }, async ({ path }) => {
      const exported = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
      const lines = Object.entries(exported).map(([name, value]) => {
        const json = asJson(value);
        return json === undefined ? undefined : `export const ${name} = ${json};`;
      });
      return lines.includes(undefined) ? undefined : { contents: lines.join('\n'), loader: 'js' };
    });
    build.onLoad({ filter: checks }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { default: check } = (await import(pathToFileURL(path).href)) as {
        readonly default?: { readonly examples?: object };
      };
      const data =
        check?.examples && examples.test(source) ? lazily(basename(path, '.ts'), check.examples) : undefined;
      if (data === undefined) return undefined;
      return { contents: source.replace(examples, () => `\n  examples: ${data},\n});\n`), loader: 'ts' };
    });
  },
};
