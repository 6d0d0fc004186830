/** A server that is down refuses nobody: what it promised does not hold because nobody answers. */
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/model/index.ts';
import { matrix } from './support/servers.ts';
import { at, seen, started, worldOf } from './support/worlds.ts';

const few = matrix.filter(({ name }) => ['redis-5.0', 'redis-8.6', 'valkey-9.1'].includes(name));
const login = (as: Extract<Claim, { claim: 'login' }>['as']): Claim => ({
  claim: 'login',
  ...at(),
  as,
  accepted: false,
});
const nobody = login({ kind: 'nobody' });
const wrong = login({ kind: 'wrong', user: 'default' });
const command: Claim = {
  claim: 'command',
  ...at(),
  as: { kind: 'nobody' },
  words: ['PING'],
  permitted: false,
};

describe.each(few.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  it('keeps strangers out while it runs, and not once it is gone', async () => {
    const { server, node } = await started(kind, ['requirepass a-password-of-the-test-01']);
    for (const claim of [nobody, wrong, command]) expect(await seen(worldOf(node), claim)).toMatch(/^held/);
    await server.stop();
    for (const claim of [nobody, wrong, command])
      expect(await seen(worldOf(node), claim)).toMatch(/^broken: no server answers: .*ECONNREFUSED/);
  });

  it('keeps nobody out while it stands still', async () => {
    const { server, node } = await started(kind, ['requirepass a-password-of-the-test-01']);
    process.kill(server.pid, 'SIGSTOP');
    try {
      for (const claim of [nobody, wrong, command])
        expect(await seen(worldOf(node, { timeout: 300 }), claim)).toMatch(/^broken: no server answers/);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
  });
});
