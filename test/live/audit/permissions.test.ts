import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  exitCodeOf,
  reportNames,
  reports,
  type CollectedName,
  type ServerAudit,
} from '../../../src/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { auditTargets } from '../../../src/index.ts';
import { matrix } from '../support/servers.ts';
import { see, stateOf, statesOf, valueOf } from './sight.ts';

const password = 'pass-of-the-test-9Xk';
const withUsers = matrix.filter(({ product, atLeast }) => product === 'valkey' || atLeast(6, 0));
const closed: readonly CollectedName[] = [
  'config',
  'aclUsers',
  'aclLog',
  'clients',
  'modules',
  'commandReply',
];

/** Of an exposure at most the doors are told, and that nobody knows who gets through them. */
function expectUsersOpen({ exposure }: ServerAudit): void {
  if (!exposure.known) return;
  expect(exposure.value.cells).toEqual([]);
  expect(exposure.value.notCollected.join()).toMatch(/users, and what they may do/);
}

describe.each(withUsers.map((server) => [server.name, server] as const))(
  '%s asked by a user who',
  (_, server) => {
    let running: RunningServer;
    const as = (user: string): string => `redis://${user}:${password}@127.0.0.1:${running.port}`;
    beforeAll(async () => {
      running = await server.start([
        `requirepass ${password}`,
        `user info on >${password} -@all +info`,
        `user ping on >${password} -@all +ping`,
        `user none on >${password} -@all`,
        `user config on >${password} -@all +info +config|get`,
        `user off off >${password} +@all`,
      ]);
    });
    afterAll(() => running.stop());

    it('may run INFO alone: version and role are known, the rest is no-access', async () => {
      const { server: audit, problems } = await see(as('info'), { host: false });
      expect(problems).toEqual([]);
      expect(valueOf(audit.identity)).toMatchObject({ version: server.version, role: 'master' });
      expect(statesOf(audit, closed)).toEqual(Object.fromEntries(closed.map((name) => [name, 'no-access'])));
      expectUsersOpen(audit);
    });

    it('may run CONFIG GET too: where the server listens is known, who may do what is not', async () => {
      const { server: audit } = await see(as('config'), { host: false });
      expect(statesOf(audit, ['info', 'config', 'aclUsers'])).toEqual({
        info: 'known',
        config: 'known',
        aclUsers: 'no-access',
      });
      // Whatever is said of users is said as unknown: nobody may be told that a stranger gets nowhere.
      expectUsersOpen(audit);
    });

    it.each(['ping', 'none'])(
      'may run %s: everything is no-access, and nothing is called clean',
      async (user) => {
        const audit = await auditTargets([as(user)], { host: false });
        const [one] = audit.servers;
        if (!one) throw new Error('no audit');
        expect(statesOf(one, closed)).toEqual(Object.fromEntries(closed.map((name) => [name, 'no-access'])));
        expectUsersOpen(one);
        expect(one.health).not.toBe('sound');
        expect(exitCodeOf(audit, 'critical')).toBe(2);
        for (const name of reportNames) {
          const { render } = await reports[name].load();
          expect(render(audit, { color: false, width: 80 }).length, name).toBeGreaterThan(40);
        }
      },
    );

    it('is switched off: that is a refused login', async () => {
      const { problems } = await see(as('off'), { host: false });
      expect(problems.join()).toMatch(/the login was refused/);
    });

    it('may do little, where the files may be read: these tell the rest', async () => {
      const { server: audit } = await see(as('info'));
      expect(stateOf(audit.evidence.facts.config)).toBe('no-access');
      expect(stateOf(audit.evidence.facts.conf)).toBe('known');
      expect(audit.exposure.known).toBe(true);
      expect(valueOf(audit.exposure).notCollected.join()).toMatch(/running settings.*running users/);
    });
  },
);
