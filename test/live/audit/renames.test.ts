import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CollectedName, ServerAudit } from '../../../src/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { matrix, matrixServer, type MatrixServer } from '../support/servers.ts';
import { see, stateOf, valueOf } from './sight.ts';

const hasUsers = ({ product, atLeast }: MatrixServer): boolean => product === 'valkey' || atLeast(6, 0);
const asked = (server: MatrixServer): readonly (readonly [string, CollectedName])[] => [
  ['CONFIG', 'config'],
  ['INFO', 'info'],
  ['COMMAND', 'commandReply'],
  ['CLIENT', 'clients'],
  ['MODULE', 'modules'],
  ...(hasUsers(server) ? ([['ACL', 'aclUsers']] as const) : []),
];
const states = ({ evidence: { facts } }: ServerAudit, server: MatrixServer): readonly string[] =>
  asked(server).map(([, fact]) => stateOf(facts[fact]));

describe.each(matrix.map((server) => [server.name, server] as const))('%s whose commands', (_, server) => {
  const commands = asked(server);
  const names = new Map(commands.map(([command]) => [command, `hidden-${command.toLowerCase()}-7f3`]));

  describe('have other names', () => {
    let running: RunningServer;
    let target = '';
    beforeAll(async () => {
      running = await server.start([...names].map(([from, to]) => `rename-command ${from} ${to}`));
      target = `redis://127.0.0.1:${running.port}`;
    });
    afterAll(() => running.stop());

    it('is asked by the names that the user gives', async () => {
      const { server: audit, problems } = await see(target, { host: false, renames: names });
      expect(problems).toEqual([]);
      expect(states(audit, server)).toEqual(commands.map(() => 'known'));
      expect(valueOf(audit.identity).version).toBe(server.version);
    });

    it('is asked by the names in its file, also where the user gave a wrong one', async () => {
      for (const renames of [new Map<string, string>(), new Map([['CONFIG', 'no-such-name']])]) {
        const { server: audit } = await see(target, { renames });
        expect(states(audit, server)).toEqual(commands.map(() => 'known'));
        expect(valueOf(audit.evidence.facts.conf).renames).toHaveLength(commands.length);
        expect(JSON.stringify(audit)).not.toContain('hidden-');
      }
    });

    it('is not guessed at without either', async () => {
      const { server: audit } = await see(target, { host: false });
      expect(states(audit, server)).toEqual(commands.map(() => 'not-supported'));
      expect(audit.evidence.facts.config).toMatchObject({
        detail: expect.stringMatching(/renamed, or disabled/),
      });
      // HELLO may still tell the version; what it cannot tell is not made up.
      const { version } = valueOf(audit.identity);
      expect([undefined, server.version]).toContain(version);
      // What the server does not know by its name is said as possible, for whoever knows the other name.
      const cells = audit.exposure.known ? audit.exposure.value.cells : [];
      for (const { certainty, by } of cells)
        if (by.every((how) => /^(config|client|module|acl)\b/.test(how))) expect(certainty).toBe('possible');
      expect(JSON.stringify(cells)).not.toMatch(/"(config|client|module|acl)\|[a-z]+"/);
    });
  });

  it('are switched off stays unknown, with the line that did it', async () => {
    const running = await server.start(commands.map(([from]) => `rename-command ${from} ""`));
    try {
      chmodSync(running.configFile, 0o600);
      const { server: audit } = await see(`redis://127.0.0.1:${running.port}`);
      for (const [command, fact] of commands)
        expect(audit.evidence.facts[fact]).toMatchObject({
          known: false,
          why: 'not-supported',
          detail: expect.stringMatching(new RegExp(`^${command} is switched off .*server\\.conf:\\d+`)),
        });
      // Its file says the rest: settings are known, and said to be those of the file.
      expect(audit.exposure.known && audit.exposure.value.notCollected.join()).toMatch(/running settings/);
    } finally {
      await running.stop();
    }
  });
});

describe.each(['redis-5.0', 'redis-7.0', 'valkey-9.1'])('%s whose AUTH has another name', (name) => {
  it('is logged in to by the name that its file or the user gives', async () => {
    const password = 'pass-of-the-test-9Xk';
    const server = await matrixServer(name).start([
      `requirepass ${password}`,
      'rename-command AUTH hidden-auth-7f3',
      'rename-command PING ""',
    ]);
    try {
      const target = `redis://:${password}@127.0.0.1:${server.port}`;
      for (const options of [{}, { host: false, renames: new Map([['AUTH', 'hidden-auth-7f3']]) }]) {
        const { server: audit, problems } = await see(target, options);
        expect(problems).toEqual([]);
        expect(stateOf(audit.evidence.facts.config)).toBe('known');
      }
      const { problems } = await see(target, { host: false });
      expect(problems.join()).toMatch(/the login was refused/);
    } finally {
      await server.stop();
    }
  });
});
