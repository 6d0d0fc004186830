import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from './usage-error.ts';
import { writeOut } from './write-out.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
const modeOf = (path: string): number => statSync(path).mode & 0o7777;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-write-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function refused(path: string, text: string | Iterable<string> = 'new'): Promise<string> {
  try {
    await writeOut(path, text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return `${error.message} ${error.hint}`;
  }
  throw new Error(`${path} was written`);
}

describe('a file that is written', () => {
  it('is for its owner only, whole, and alone in its folder', async () => {
    await writeOut(at('new'), ['one ', 'two']);
    expect([readFileSync(at('new'), 'utf8'), modeOf(at('new'))]).toEqual(['one two', 0o600]);
    expect(readdirSync(folder)).toEqual(['new']);
  });

  it('is the same in however many pieces, also where they are long or beyond ASCII', async () => {
    const pieces = [
      'a'.repeat(700_000),
      '…'.repeat(400_000),
      '',
      '😀é',
      '\u0000\n',
      'b'.repeat(3_000_000),
      'end',
    ];
    await writeOut(at('new'), pieces);
    expect(readFileSync(at('new')).equals(Buffer.from(pieces.join('')))).toBe(true);
    await writeOut(at('new'), []);
    expect(readFileSync(at('new'), 'utf8')).toBe('');
  });

  it('takes the place of an old one that all could read', async () => {
    writeFileSync(at('old'), 'old and longer than the new one');
    chmodSync(at('old'), 0o666);
    await writeOut(at('old'), 'new');
    expect([readFileSync(at('old'), 'utf8'), modeOf(at('old'))]).toEqual(['new', 0o600]);
  });

  it('is not read along by who had the old one open', async () => {
    writeFileSync(at('old'), 'old');
    const before = statSync(at('old')).ino;
    await writeOut(at('old'), 'new');
    expect(statSync(at('old')).ino).not.toBe(before);
  });

  it('leaves the old one where the text cannot be made', async () => {
    writeFileSync(at('old'), 'old');
    const broken = function* (): Generator<string> {
      yield 'half';
      throw new RangeError('a fault of ours');
    };
    await expect(writeOut(at('old'), broken())).rejects.toThrow(RangeError);
    expect([readFileSync(at('old'), 'utf8'), readdirSync(folder)]).toEqual(['old', ['old']]);
  });
});

describe('a link', () => {
  it('in a folder that others may write to is replaced, and where it led is left alone', async () => {
    mkdirSync(at('shared'));
    chmodSync(at('shared'), 0o1777);
    writeFileSync(at('victim'), 'precious');
    symlinkSync(at('victim'), at('shared/report'));
    await writeOut(at('shared/report'), 'new');
    expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
    expect(lstatSync(at('shared/report')).isFile()).toBe(true);
  });

  it.skipIf(process.getuid?.() !== 0)('of another user is replaced, wherever it stands', async () => {
    writeFileSync(at('victim'), 'precious');
    symlinkSync(at('victim'), at('report'));
    spawnSync('chown', ['-h', '65534', at('report')]);
    await writeOut(at('report'), 'new');
    expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
    expect(readFileSync(at('report'), 'utf8')).toBe('new');
  });

  it.skipIf(process.getuid?.() !== 0)('in a folder of another user is replaced', async () => {
    mkdirSync(at('theirs'));
    writeFileSync(at('victim'), 'precious');
    symlinkSync(at('victim'), at('theirs/report'));
    chownSync(at('theirs'), 65_534, 65_534);
    await writeOut(at('theirs/report'), 'new');
    expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
  });

  it('of our own is followed', async () => {
    writeFileSync(at('2026.html'), 'old');
    symlinkSync('2026.html', at('latest.html'));
    await writeOut(at('latest.html'), 'new');
    expect(readlinkSync(at('latest.html'))).toBe('2026.html');
    expect([readFileSync(at('2026.html'), 'utf8'), modeOf(at('2026.html'))]).toEqual(['new', 0o600]);
  });

  it('that leads nowhere is replaced', async () => {
    symlinkSync(at('nowhere'), at('report'));
    await writeOut(at('report'), 'new');
    expect([readFileSync(at('report'), 'utf8'), existsSync(at('nowhere'))]).toEqual(['new', false]);
  });
});

describe('what is no file', () => {
  it('takes the text and stays what it is', async () => {
    const before = statSync('/dev/null');
    await writeOut('/dev/null', 'new');
    symlinkSync('/dev/null', at('gone'));
    await writeOut(at('gone'), 'new');
    expect([statSync('/dev/null').mode, statSync('/dev/null').ino]).toEqual([before.mode, before.ino]);
    expect(lstatSync(at('gone')).isSymbolicLink()).toBe(true);
  });

  it('may be a pipe', async () => {
    spawnSync('mkfifo', [at('pipe')]);
    const [text] = await Promise.all([readFile(at('pipe'), 'utf8'), writeOut(at('pipe'), ['one ', 'two'])]);
    expect(text).toBe('one two');
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
  });
});

describe('what cannot be written', () => {
  it('says so, and what to do', async () => {
    writeFileSync(at('file'), '');
    expect(await refused(at('no/such/report'))).toMatch(/\(ENOENT\).*make it first/);
    expect(await refused(at('file/report'))).toMatch(/\(ENOTDIR\)/);
    expect(await refused(folder)).toMatch(/\(EISDIR\).*name a file in it/);
    expect(await refused(at('x'.repeat(300)))).toMatch(/\(ENAMETOOLONG\)/);
    expect(await refused(at('\u001b[2J/report'))).not.toContain('\u001b');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  const mounted = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
  it.skipIf(!mounted)('on a full disk leaves what was there', () => {
    const script = `
      import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
      import { writeOut } from ${JSON.stringify(new URL('write-out.ts', import.meta.url).href)};
      writeFileSync('old', 'old');
      const said = await writeOut('old', 'x'.repeat(4 << 20)).catch((error) => error.message + ' ' + error.hint);
      console.log(JSON.stringify([said, readFileSync('old', 'utf8'), readdirSync('.')]));`;
    const { stdout, stderr } = spawnSync(
      'unshare',
      [
        '-m',
        'sh',
        '-c',
        'mount -t tmpfs -o size=1m none "$1" && cd "$1" && exec "$2" --input-type=module --eval "$3"',
        'sh',
        folder,
        process.execPath,
        script,
      ],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    const [said, old, names] = JSON.parse(stdout) as [string, string, string[]];
    expect(said).toMatch(/cannot be written \(ENOSPC\) The disk is full/);
    expect([old, names]).toEqual(['old', ['old']]);
  });
});
