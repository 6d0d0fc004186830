import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask } from '../../live/support/ask.ts';
import { matrix } from '../../live/support/servers.ts';
import { keyward } from '../keyward.ts';

const [newest] = matrix.toReversed();

describe.skipIf(!newest)('apply --secrets -', () => {
  it('prints the new logins once, on standard output, and they work', { timeout: 60_000 }, async () => {
    const place = mkdtempSync(join(tmpdir(), 'keyward-once-'));
    const server = await newest?.start(['protected-mode no']);
    if (!server) return;
    try {
      const env = { KEYWARD_STATE: join(place, 'state') };
      const plan = join(place, 'plan.json');
      const target = `redis://127.0.0.1:${server.port}`;
      await keyward(['plan', target, '--policy', 'essential', '--census', '0', '-o', plan], { env });
      const { code, out, err } = await keyward(['apply', plan, '--secrets', '-', '--confirm-within', '0'], {
        env,
      });
      expect(code, err).toBe(0);
      const secrets = Object.values(JSON.parse(out) as Record<string, { user: string; password: string }>);
      const app = secrets.find(({ user }) => user === 'app');
      expect(await ask({ port: server.port }, 'AUTH', 'app', app?.password ?? '')).toMatchObject({
        text: 'OK',
      });
      expect(err).not.toContain(app?.password);
      expect(readFileSync(plan, 'utf8')).not.toContain(app?.password);
    } finally {
      await server.stop();
      rmSync(place, { recursive: true, force: true });
    }
  });
});
