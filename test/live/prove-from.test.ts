/** What was closed is tried from another host, over its own sshd: nothing is installed there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from '../../src/adapters/apply/index.ts';
import { localPlace, tunnelFrom, type Tunnel } from '../../src/adapters/place/index.ts';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import type { Claim, PlanNode } from '../../src/model/index.ts';
import { matrix } from './support/servers.ts';
import { startSshHost, whyNoSshd, type SshHost } from './support/sshd.ts';

const missing = await whyNoSshd();
const [newest] = matrix.toReversed();

describe.skipIf(missing !== undefined || !newest)(
  `from another host${missing ? ` (${missing})` : ''}`,
  () => {
    let host: SshHost;
    let server: RunningServer;
    let tunnel: Tunnel;
    const secrets = new Map([['user:app', { user: 'app', password: 'a-long-password-of-the-app' }]]);
    const node = (port: number): PlanNode => ({
      id: 'n1',
      target: { kind: 'tcp', host: '127.0.0.1', port, tls: false },
      host: 'here',
      product: newest?.product ?? 'redis',
      version: newest?.version ?? '',
      mode: 'standalone',
      role: 'master',
    });
    const tried = async (claim: Claim, port = server.port): Promise<readonly [string, string]> => {
      const world = createWorld({
        nodes: [node(port)],
        login: {},
        tls: { insecure: false },
        secrets,
        timeout: 5000,
        place: () => localPlace(),
        from: tunnel,
      });
      try {
        const trial = await world.test(claim);
        expect(trial.from).toBe(`ssh://plain@127.0.0.1:${host.port}`);
        return [trial.outcome, trial.saw];
      } finally {
        await world.close();
      }
    };

    beforeAll(async () => {
      host = await startSshHost();
      server = (await newest?.start([
        'user default off resetpass -@all',
        'user app on >a-long-password-of-the-app ~app:* -@all +get +ping',
      ])) as RunningServer;
      tunnel = tunnelFrom({ user: 'plain', host: '127.0.0.1', port: host.port }, { words: host.words });
    }, 120_000);
    afterAll(async () => {
      await tunnel?.close();
      await server?.stop();
      await host?.stop();
    });

    it(
      'a stranger and a guesser are refused, and who has the password gets in',
      { timeout: 30_000 },
      async () => {
        const login = (as: Extract<Claim, { claim: 'login' }>['as'], accepted: boolean): Claim => ({
          claim: 'login',
          node: 'n1',
          as,
          accepted,
        });
        const app = { kind: 'user', user: 'app', password: { secret: 'user:app' } } as const;
        expect((await tried(login({ kind: 'nobody' }, false)))[0]).toBe('held');
        expect((await tried(login({ kind: 'wrong', user: 'app' }, false)))[0]).toBe('held');
        expect((await tried(login(app, true)))[0]).toBe('held');
        expect((await tried(login(app, false)))[0]).toBe('broken');
      },
    );

    it('a port is seen open where the server is, and closed beside it', { timeout: 30_000 }, async () => {
      const port = (number: number, open: boolean): Claim => ({
        claim: 'port',
        node: 'n1',
        host: '127.0.0.1',
        port: number,
        tls: false,
        open,
      });
      expect((await tried(port(server.port, true)))[0]).toBe('held');
      expect((await tried(port(server.tlsPort, true)))[0]).toBe('broken');
      expect((await tried(port(server.tlsPort, false)))[0]).toBe('held');
    });
  },
);
