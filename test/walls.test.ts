import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Who may import whom: the table that ARCHITECTURE.md draws. A room may always import itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  lang: [],
  model: ['lang'],
  catalog: ['lang', 'model'],
  engine: ['lang', 'model', 'catalog'],
  adapters: ['lang', 'model', 'catalog'],
  apps: ['lang', 'model', 'catalog', 'engine', 'adapters'],
};

/** What only adapters and apps may touch: the world. */
const world =
  /\bprocess\.(env|argv|exit|cwd|pid|std|on\(|uptime|memory|hrtime|getuid|kill|platform)|\bDate\.now\b|new Date\(\)|\bMath\.random\b|\bfetch\(|\brandom(Bytes|UUID|Int)\b|from 'node:(fs|net|tls|child_process|os|dns|http|https|worker_threads|timers)/;

const root = resolve(import.meta.dirname, '..', 'src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => join(root, name));
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
const sources = new Map(files.map((file) => [file, withoutComments(readFileSync(file, 'utf8'))]));
const roomOf = (file: string): string => relative(root, file).split(sep)[0] ?? '';
const importsOf = (file: string): readonly string[] =>
  [...(sources.get(file) ?? '').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    resolve(dirname(file), match[1] ?? ''),
  );
const short = (file: string): string => relative(root, file);

describe('the rooms', () => {
  it('are seen at all', () => {
    expect(files.length).toBeGreaterThan(100);
    for (const room of Object.keys(mayImport))
      expect(
        files.some((file) => roomOf(file) === room),
        room,
      ).toBe(true);
    expect(files.flatMap((file) => importsOf(file)).length).toBeGreaterThan(200);
  });

  it('import only in one direction', () => {
    const wrong = files.flatMap((file) => {
      const room = roomOf(file);
      if (room === 'index.ts') return [];
      return importsOf(file)
        .filter(
          (target) =>
            !(
              (target === join(root, 'index.ts') && short(file).startsWith(join('apps', 'cli'))) ||
              /[\\/](package|schemas[\\/][a-z]+\.schema)\.json$/.test(target)
            ),
        )
        .filter((target) => roomOf(target) !== room && !mayImport[room]?.includes(roomOf(target)))
        .map((target) => `${short(file)} imports ${short(target)}`);
    });
    expect(wrong).toEqual([]);
  });

  it('let the command line reach the product only through the library', () => {
    const wrong = files
      .filter((file) => short(file).startsWith(join('apps', 'cli')))
      .flatMap((file) => importsOf(file).map((target) => [file, target] as const))
      .filter(
        ([, target]) => target !== join(root, 'index.ts') && !short(target).startsWith(join('apps', 'cli')),
      )
      .map(([file, target]) => `${short(file)} imports ${short(target)}`);
    expect(wrong).toEqual([]);
  });

  it('keep clock, randomness, process and sockets in adapters and apps', () => {
    const wrong = files
      .filter((file) => !['adapters', 'apps', 'index.ts'].includes(roomOf(file)))
      .filter((file) => world.test(sources.get(file) ?? ''))
      .map((file) => `${short(file)}: ${world.exec(sources.get(file) ?? '')?.[0]}`);
    expect(wrong).toEqual([]);
  });

  it('have catalog entries that do not import each other', () => {
    const entry = /^catalog[\\/](checks[\\/][^\\/]+|advisories[\\/]entries)[\\/][^\\/]+\.ts$/;
    const wrong = files
      .filter((file) => entry.test(short(file)))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => entry.test(short(target)))
          .map((target) => `${short(file)} imports ${short(target)}`),
      );
    expect(wrong).toEqual([]);
  });

  it('have no cycle', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].map(short).join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const target of importsOf(file)) if (sources.has(target)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe('the house rules of a security tool', () => {
  const offenders = (pattern: RegExp): readonly string[] =>
    files.filter((file) => pattern.test(sources.get(file) ?? '')).map((file) => short(file));

  it('start no program through a shell', () => {
    expect(
      offenders(/\bexecSync\(|\bshell: (true|')|from 'node:child_process';[\s\S]*(?<!\.)\bexec\(/),
    ).toEqual([]);
  });

  it('build no pattern from data: a regular expression made at run time may be somebody else’s', () => {
    // These three put in names and numbers of our own.
    const known = [
      join('engine', 'version-bracket.ts'),
      join('adapters', 'host', 'os-release.ts'),
      join('adapters', 'host', 'signs', 'firewall.ts'),
    ];
    expect(offenders(/new RegExp\(/).filter((file) => !known.includes(file))).toEqual([]);
  });

  it('build RESP in its own room only', () => {
    expect(
      offenders(/[`'"][*$]\$\{|[`'"]\*\d+\\r\\n/).filter((file) => !file.startsWith(join('lang', 'resp'))),
    ).toEqual([]);
  });

  it('let only what applies a plan tell a server anything: all others ask', () => {
    expect(offenders(/\.tell\(/).filter((file) => !file.startsWith(join('adapters', 'apply')))).toEqual([]);
  });

  it('evaluate no text as code', () => {
    expect(offenders(/\beval\(|new Function\(|node:vm/)).toEqual([]);
  });
});
