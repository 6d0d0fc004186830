import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, lock, startOf } from './lock.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const held = (one: ReturnType<typeof lock>): number | undefined => ('heldBy' in one ? one.heldBy : undefined);

describe('a lock', () => {
  it('is held by one, and free again when it is released', () => {
    const first = lock(folder, 'redis://10.0.0.5:6379');
    expect(held(first)).toBeUndefined();
    expect(held(lock(folder, 'redis://10.0.0.5:6379'))).toBe(process.pid);
    expect(held(lock(folder, 'redis://10.0.0.6:6379'))).toBeUndefined();
    if ('release' in first) first.release();
    expect(held(lock(folder, 'redis://10.0.0.5:6379'))).toBeUndefined();
  });

  it('that was released stays with whoever got it since, also when it is released again', () => {
    const first = lock(folder, 'a');
    if ('release' in first) first.release();
    expect(held(lock(folder, 'a'))).toBeUndefined();
    if ('release' in first) first.release();
    expect(held(lock(folder, 'a'))).toBe(process.pid);
  });

  it('that somebody else has by now is not taken from him', () => {
    const first = lock(folder, 'a');
    expect(held(first)).toBeUndefined();
    const [name = ''] = readdirSync(folder);
    const { ppid: pid } = process;
    writeFileSync(join(folder, name), JSON.stringify({ pid, started: startOf(pid) }));
    if ('release' in first) first.release();
    expect(held(lock(folder, 'a'))).toBe(pid);
  });

  it('of a process that was killed is free', () => {
    const script = `import { lock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}; lock(${JSON.stringify(folder)}, 'a'); process.kill(process.pid, 'SIGKILL');`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
    expect(signal).toBe('SIGKILL');
    expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toHaveLength(1);
    expect(held(lock(folder, 'a'))).toBeUndefined();
  });

  it('whose file makes no sense is free', () => {
    const first = lock(folder, 'a');
    expect(held(first)).toBeUndefined();
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), '{"pid":');
    expect(held(lock(folder, 'a'))).toBeUndefined();
  });

  it('is not confused by a later process of the same number', async () => {
    const child = spawn('sleep', ['60']);
    const { pid = 0 } = child;
    expect(isAlive({ pid, started: startOf(pid) ?? '' })).toBe(true);
    expect(isAlive({ pid, started: '1' })).toBe(false);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(startOf(pid)).toBeUndefined();
  });

  it('is got by one of many who want it at once', async () => {
    const script = `import { lock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}; const one = lock(${JSON.stringify(folder)}, 'a'); const from = Date.now(); setTimeout(() => { if (!('heldBy' in one)) console.log(from, Date.now()); }, 300);`;
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        await new Promise((resolve) => child.once('exit', resolve));
        return text.trim();
      }),
    );
    const holders = answers
      .filter((answer) => answer !== '')
      .map((answer) => answer.split(' ').map(Number))
      .toSorted(([a = 0], [b = 0]) => a - b);
    expect(holders.length).toBeGreaterThanOrEqual(1);
    for (const [index, [from = 0]] of holders.entries())
      expect(from).toBeGreaterThanOrEqual(holders[index - 1]?.[1] ?? 0);
  });
});
