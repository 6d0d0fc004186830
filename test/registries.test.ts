/** Adding a file is all it takes to add an entry: the registries are written, and `npm run new` begins the file. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generated } from '../scripts/generate.ts';

const root = join(import.meta.dirname, '..');

it.each(generated)('$path is what `npm run generate` writes', async ({ path, text }) => {
  // The formatter may wrap lines: compare what they say.
  const squeeze = (some: string): string => some.replace(/[\s,]+/g, '').replace(/["']/g, "'");
  expect(squeeze(readFileSync(join(root, 'src/catalog', path), 'utf8'))).toBe(squeeze(await text()));
});

describe('npm run new', () => {
  let copy = '';
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'keyward-new-'));
    for (const name of ['src', 'scripts', 'package.json'])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const begin = (...words: readonly string[]) =>
    spawnSync(process.execPath, [join(copy, 'scripts/new.ts'), ...words], { encoding: 'utf8' });

  it.each([
    ['check', 'network/a-new-one', 'checks', "checks.find(({ id }) => id === 'a-new-one').theme"],
    ['report', 'a-new-one', 'reports', "(await reports['a-new-one'].load()).title"],
    ['rendering', 'a-new-one', 'renderings', "(await renderings['a-new-one'].load()).title"],
  ])('begins a %s that the registry has at once', { timeout: 60_000 }, (family, name, folder, asked) => {
    const { status, stdout, stderr } = begin(family, name);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain(`src/catalog/${folder}/`);
    const code = `const { ${folder} } = await import('./src/catalog/${folder}/index.ts'); console.log(${asked});`;
    const text = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect(text).toMatch(/network|What it is/);
    expect(begin(family, name).stderr).toContain('is there already');
  });

  it('says what there is to begin', () => {
    const { status, stderr } = begin('nothing', 'Such Name');
    expect(status).toBe(2);
    for (const family of ['check', 'report', 'rendering']) expect(stderr).toContain(`  ${family} `);
  });
});
