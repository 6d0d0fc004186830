import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unmappedOwner } from './unmapped-owner.ts';

describe('owners that a user namespace does not show', () => {
  it.each([
    ['         0          0 4294967295\n', undefined],
    ['', 65_534],
    ['         0       1000          1\n', 65_534],
    ['         0       1000          1\n         1     100000      65536\n', 65_534],
  ])('with the map %j are shown as %s', (map, owner) => {
    expect(unmappedOwner(map, '65534\n')).toBe(owner);
  });

  const canUnshare = spawnSync('unshare', ['--user', '--map-root-user', 'true']).status === 0;
  it.skipIf(!canUnshare)('are told as unseen, and nobody is accused', () => {
    const module = JSON.stringify(join(import.meta.dirname, 'file-facts.ts'));
    const code = `const { fileFacts } = await import(${module}); console.log(JSON.stringify(await fileFacts([{ path: '/etc/passwd', role: 'conf' }])));`;
    const words = ['--user', process.execPath, '--input-type=module', '--eval', code];
    expect(JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }))).toMatchObject({
      known: false,
      why: 'no-access',
      detail: '/etc/passwd (its owner is not to be seen from this user namespace)',
    });
  });
});
