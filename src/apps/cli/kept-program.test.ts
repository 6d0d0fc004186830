import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProgram } from './kept-program.ts';

interface Exports {
  readonly answer: () => number;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (answer: number): string => {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, `(function (require, module, __dirname) { module.exports.answer = () => ${answer}; })`);
  return file;
};
const cache = (): string =>
  join(folder, readdirSync(folder).find((name) => name.startsWith('program-v')) ?? '');
const load = (file: string, into: string | undefined = folder) => loadProgram<Exports>(file, into);
/** Changes one byte of what is kept. */
const damage = (at: number): void => {
  const bytes = readFileSync(cache());
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(cache(), bytes);
};

describe('a program whose compiled form is kept', () => {
  it('runs without a place to keep it', () => {
    const program = loadProgram<Exports>(write(42), undefined);
    expect(program.exports.answer()).toBe(42);
    program.keep('audit');
    expect(readdirSync(folder)).toEqual(['program.cjs']);
  });

  it('is kept for its owner alone, and runs from there', () => {
    const file = write(42);
    const first = load(file);
    expect(first.exports.answer()).toBe(42);
    first.keep('audit');
    expect(statSync(cache()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(load(file).exports.answer()).toBe(42);
  });

  it('is kept once for a kind of run, and again for another', () => {
    const file = write(42);
    load(file).keep('audit');
    const { ino } = statSync(cache());
    load(file).keep('audit');
    expect(statSync(cache()).ino).toBe(ino);
    load(file).keep('explain');
    load(file).keep('audit');
    expect(readFileSync(cache(), 'latin1')).toContain('["audit","explain"]');
  });

  it('is compiled anew when it has changed, also to one of the same length', () => {
    load(write(42)).keep('audit');
    expect(load(write(43)).exports.answer()).toBe(43);
  });

  it.each([
    ['the header', 10],
    ['the first byte of the data', 2048],
    ['the data', 2200],
  ])('is compiled anew when %s was damaged, and then kept again', (_, at) => {
    const file = write(42);
    load(file).keep('audit');
    damage(at);
    const again = load(file);
    expect(again.exports.answer()).toBe(42);
    again.keep('audit');
    expect(readFileSync(cache(), 'latin1')).toContain('["audit"]');
  });

  it('is compiled anew when what was kept ends early', () => {
    const file = write(42);
    load(file).keep('audit');
    writeFileSync(cache(), readFileSync(cache()).subarray(0, 2100));
    expect(load(file).exports.answer()).toBe(42);
  });

  it('leaves nothing of earlier versions after a month', () => {
    const old = join(folder, 'program-v22.0.0-x64-1-1');
    const recent = join(folder, 'program-v23.0.0-x64-1-1');
    writeFileSync(old, '');
    writeFileSync(recent, '');
    utimesSync(old, new Date(), new Date(Date.now() - 31 * 86_400_000));
    load(write(42)).keep('audit');
    expect(existsSync(old)).toBe(false);
    expect(existsSync(recent)).toBe(true);
  });

  it('goes on where nothing can be written', () => {
    const program = load(write(42), join(folder, 'missing'));
    program.keep('audit');
    expect(program.exports.answer()).toBe(42);
  });
});
