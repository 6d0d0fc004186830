import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf, type CollectedName } from '../../../src/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { matrix, matrixServer } from '../support/servers.ts';
import { discovered, see, stateOf, statesOf, valueOf } from './sight.ts';

const password = 'pass-of-the-test-9Xk';
const live: readonly CollectedName[] = ['info', 'config', 'commandReply', 'clients'];
const all = (state: string): Readonly<Record<string, string>> =>
  Object.fromEntries(live.map((name) => [name, state]));

describe.each(matrix.map((server) => [server.name, server] as const))(
  '%s that wants a login',
  (_, server) => {
    let running: RunningServer;
    const hasUsers = server.product === 'valkey' || server.atLeast(6, 0);
    const at = (login: string): string => `redis://${login}127.0.0.1:${running.port}`;

    beforeAll(async () => {
      running = await server.start([
        `requirepass ${password}`,
        'maxclients 321',
        ...(hasUsers ? [`user auditor on >${password}-2 +@all ~*`] : []),
      ]);
    });
    afterAll(() => running.stop());

    it('lets in with its password, also as default', async () => {
      for (const login of [`:${password}@`, `default:${password}@`]) {
        const { server: audit, problems } = await see(at(login), { host: false });
        expect(problems).toEqual([]);
        expect(statesOf(audit, live)).toEqual(all('known'));
      }
      const options = { host: false, login: { password } };
      expect(statesOf((await see(at(''), options)).server, live)).toEqual(all('known'));
    });

    it('lets in a user by name, where there are users', async () => {
      const { server: audit, problems } = await see(at(`auditor:${password}-2@`), { host: false });
      if (hasUsers) {
        expect(problems).toEqual([]);
        expect(valueOf(audit.evidence.facts.whoami)).toBe('auditor');
      } else {
        expect(problems.join()).toMatch(/no users.*leave the user out/);
      }
    });

    it('refuses a wrong password in words, and what is known before it stays', async () => {
      for (const login of [':wrong@', hasUsers ? 'nobody:wrong@' : ':wrong-too@']) {
        const { server: audit, problems } = await see(at(login), { host: false });
        expect(problems.join()).toMatch(/the login was refused: (WRONGPASS|ERR invalid password)/);
        expect(problems.join()).not.toContain('wrong-too');
        expect(statesOf(audit, live)).toEqual(all('no-access'));
        expect(statesOf(audit, ['endpoint', 'door', 'greeting'])).toEqual({
          endpoint: 'known',
          door: 'known',
          greeting: 'known',
        });
        expect(audit.identity.known).toBe(true);
        expect(
          exitCodeOf(
            {
              schema: 'keyward.audit/1',
              version: '',
              servers: [audit],
              failures: [{ target: '', problem: '' }],
            },
            'low',
          ),
        ).toBe(2);
      }
    });

    it('says that a login is needed when none is given', async () => {
      const { problems } = await see(at(''), { host: false });
      expect(problems.join()).toMatch(/a login is needed.*REDISCLI_AUTH.*--password-file/);
    });
  },
);

describe.each(['redis-5.0', 'redis-7.0', 'valkey-9.1'])('%s that wants a login we do not have', (name) => {
  it('is audited by its files, found by what the process has', async () => {
    const running = await matrixServer(name).start([`requirepass ${password}`, 'maxclients 321']);
    try {
      const { server: audit, problem } = await discovered(running);
      expect(problem).toBeUndefined();
      const conf = valueOf(audit.evidence.facts.conf);
      expect(conf.path).toBe(running.configFile);
      expect(conf.settings).toMatchObject({ maxclients: '321' });
      expect(audit.exposure.known).toBe(true);
      expect(audit.missing.find(({ fact }) => fact === 'config')?.detail).toMatch(/login is needed/);
    } finally {
      await running.stop();
    }
  });
});

describe('a user without a password', () => {
  it('is not swapped for the default user', async () => {
    const running = await matrixServer('redis-7.0').start(['user app on nopass +ping']);
    try {
      const { problems } = await see(`redis://app@127.0.0.1:${running.port}`, { host: false });
      expect(problems.join()).toMatch(/as app needs a password/);
      const { server } = await see(`redis://app:@127.0.0.1:${running.port}`, { host: false });
      expect(stateOf(server.evidence.facts.info)).toBe('no-access');
    } finally {
      await running.stop();
    }
  });
});

describe('a file that might be the one of a server', () => {
  const server = matrixServer('redis-7.0');
  const folder = mkdtempSync(join(tmpdir(), 'keyward-elsewhere-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The server's own file is moved away, and others lie where it works. */
  async function confSeen(
    make: (running: RunningServer) => Readonly<Record<string, string>>,
  ): Promise<string> {
    const running = await server.start([`requirepass ${password}`]);
    try {
      rmSync(running.configFile);
      for (const [name, text] of Object.entries(make(running))) writeFileSync(join(running.dir, name), text);
      const { facts } = (await discovered(running)).server.evidence;
      return facts.conf.known ? facts.conf.value.path.replace(`${running.dir}/`, '') : facts.conf.why;
    } finally {
      await running.stop();
    }
  }
  const fitting = ({ port, dir }: RunningServer): string =>
    `port ${port}\nbind 127.0.0.1\ndir ${dir}\nrequirepass x\n`;

  it('is taken when it asks for what the process has', async () => {
    expect(await confSeen((running) => ({ 'mine.conf': fitting(running), 'other.conf': 'port 1\n' }))).toBe(
      'mine.conf',
    );
  });
  it.each([
    ['another port', (it: RunningServer) => `port ${it.port + 1}\nbind 127.0.0.1\n`],
    ['a second port', (it: RunningServer) => `${fitting(it)}tls-port 1\n`],
    ['every address', (it: RunningServer) => `port ${it.port}\nbind *\n`],
    ['another address', (it: RunningServer) => `port ${it.port}\nbind 127.0.0.1 127.0.0.2\n`],
    ['a unix socket', (it: RunningServer) => `${fitting(it)}unixsocket /run/x.sock\n`],
    ['another folder', (it: RunningServer) => `port ${it.port}\nbind 127.0.0.1\ndir /var\n`],
    ['a cluster', (it: RunningServer) => `${fitting(it)}cluster-enabled yes\n`],
    ['a directive that no server knows', (it: RunningServer) => `${fitting(it)}no-such-directive 1\n`],
  ])('is not taken when it asks for %s', async (_, text) => {
    expect(await confSeen((running) => ({ 'wrong.conf': text(running) }))).toBe('not-asked');
  });
  it('is not taken when another fits as well', async () => {
    expect(
      await confSeen((running) => ({
        'one.conf': fitting(running),
        'two.conf': `${fitting(running)}maxclients 7\n`,
      })),
    ).toBe('not-asked');
  });
});
