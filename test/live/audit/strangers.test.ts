import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { auditTargets } from '../../../src/index.ts';
import { matrixServer } from '../support/servers.ts';
import { keptFromOthers } from '../support/other-accounts.ts';

describe.skipIf(keptFromOthers !== '')(
  `with no target, a password goes only to servers of root, the system or ourselves${keptFromOthers}`,
  () => {
    it.each([
      ['a user of the host', 4321, false],
      ['a system account', 321, true],
    ] as const)('%s', async (_, uid, sent) => {
      const password = 'a-password-that-nobody-guesses-Zq8';
      const server = await matrixServer('redis-7.0').start([`requirepass ${password}`], {
        user: { uid, gid: uid },
      });
      try {
        await wait(50);
        const { servers, failures } = await auditTargets([], { login: { password } });
        const name = `redis://127.0.0.1:${server.port}`;
        const seen = servers.find((one) => one.name === name);
        expect(seen?.evidence.facts.config.known ?? false).toBe(sent);
        expect(
          failures.some(({ target, problem }) => target === name && problem.includes('no password was sent')),
        ).toBe(!sent);
      } finally {
        await server.stop();
      }
    });
  },
);
