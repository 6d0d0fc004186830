/** `./keyward` in a checkout runs the sources; the other tests here run what is bundled of them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { matrixServer } from '../live/support/servers.ts';
import { keyward } from './keyward.ts';

const home = mkdtempSync(join(tmpdir(), 'keyward-checkout-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const checkout = (...args: readonly string[]) =>
  new Promise<{ readonly code: unknown; readonly out: string; readonly err: string }>((resolve) => {
    const { PATH } = process.env;
    execFile(
      join(import.meta.dirname, '../../keyward'),
      args,
      { env: { PATH, HOME: home, LC_ALL: 'C.UTF-8' }, timeout: 120_000 },
      (error, out, err) => resolve({ code: error?.code ?? 0, out, err }),
    );
  });

it('audits with the sources, and finds what the bundle finds', { timeout: 120_000 }, async () => {
  const server = await matrixServer('redis-7.0').start(['protected-mode no', 'user app on nopass ~* +@all']);
  try {
    const args = ['audit', `redis://127.0.0.1:${server.port}`, '--no-host', '--format', 'markdown'];
    const sources = await checkout(...args);
    const { out } = await keyward(args);
    expect(sources).toMatchObject({ code: 1, err: '' });
    const undated = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, 'then');
    expect(undated(sources.out)).toBe(undated(out));
    expect(out).toContain(String(server.port));
  } finally {
    await server.stop();
  }
});
