import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlanNode, Trial } from '../../../model/index.ts';
import { assertPrivate } from './private-only.ts';

const node = (host: string): PlanNode => ({
  id: 'n1',
  target: { kind: 'tcp', host, port: 6379, tls: false },
  product: 'redis',
  version: '7.0.15',
  mode: 'standalone',
  role: 'master',
});

describe('a plan that names a public address', () => {
  it('is refused, unless the user says that the server is theirs', async () => {
    await expect(assertPrivate([node('10.0.0.5')], {})).resolves.toBeUndefined();
    await expect(assertPrivate([node('10.0.0.5'), node('8.8.8.8')], {})).rejects.toThrow(
      /8\.8\.8\.8 is a public address/,
    );
    await expect(assertPrivate([node('8.8.8.8')], { allowPublic: true })).resolves.toBeUndefined();
  });

  // In a network that leads nowhere: were it ever to fail, nothing must go out.
  const isolated = spawnSync('unshare', ['--net', 'true']).status === 0;
  it.skipIf(!isolated)('makes nobody connect there, also where only a claim names it', () => {
    const world = join(import.meta.dirname, '../../../adapters/apply/index.ts');
    const script = `
      import { createWorld } from ${JSON.stringify(world)};
      const world = createWorld({ nodes: [${JSON.stringify(node('127.0.0.1'))}], login: {}, tls: { insecure: false }, secrets: new Map(), timeout: 200 });
      const claim = { claim: 'port', node: 'n1', host: '8.8.8.8', port: 53, tls: false, open: true };
      console.log(JSON.stringify(await world.test(claim)));
      await world.close();
    `;
    const { stdout } = spawnSync(
      'unshare',
      ['--net', process.execPath, '--input-type=module', '--eval', script],
      { encoding: 'utf8' },
    );
    const { outcome, saw } = JSON.parse(stdout) as Trial;
    expect(outcome).toBe('broken');
    expect(saw).toContain('nothing is sent there');
  });
});
