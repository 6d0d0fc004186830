import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, auditTargets } from '../../../src/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { converse } from '../support/ask.ts';
import { matrixServer } from '../support/servers.ts';
import { discovered, refusal, see, stateOf, valueOf } from './sight.ts';

async function during(server: RunningServer, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await server.stop();
  }
}

describe.each(['redis-5.0', 'redis-8.6', 'valkey-9.1'])('%s', (name) => {
  it('that hangs is given up in time, and told by its files where it runs', async () => {
    const server = await matrixServer(name).start(['maxclients 321']);
    await during(server, async () => {
      spawnSync('kill', ['-STOP', String(server.pid)]);
      const target = `redis://127.0.0.1:${server.port}`;
      const began = performance.now();
      expect(await refusal(target, { host: false, timeout: 300 })).toMatch(/says nothing/);
      expect(performance.now() - began).toBeLessThan(5000);
      const { server: audit, problems } = await see(target, { timeout: 300 });
      expect(problems.join()).toMatch(/says nothing/);
      expect(valueOf(audit.evidence.facts.conf).settings).toMatchObject({ maxclients: '321' });
      spawnSync('kill', ['-CONT', String(server.pid)]);
    });
  });

  it('that has no room left says so, and is told by its files where it runs', async () => {
    const server = await matrixServer(name).start(['maxclients 1']);
    await during(server, async () => {
      const other = await converse({ port: server.port });
      expect(await other.ask('PING')).toBeDefined();
      const { server: audit } = await see(`redis://127.0.0.1:${server.port}`);
      expect(valueOf(audit.evidence.facts.door)).toBe('full');
      expect(audit.evidence.facts.config).toMatchObject({ known: false, why: 'no-access' });
      expect(valueOf(audit.evidence.facts.conf).settings).toMatchObject({ maxclients: '1' });
      other.end();
    });
  });

  it('that runs an endless script is busy, not without the commands', async () => {
    const server = await matrixServer(name).start(['lua-time-limit 10']);
    await during(server, async () => {
      const other = await converse({ port: server.port });
      other.ask('EVAL', 'while true do end', '0').catch(() => undefined);
      await wait(100);
      const audit = await auditTargets([`redis://127.0.0.1:${server.port}`], { host: false, timeout: 1000 });
      const [one] = audit.servers;
      expect(stateOf(one?.evidence.facts.config ?? { known: false, why: 'absent', detail: '' })).toBe(
        'timed-out',
      );
      expect(exitCodeOf(audit, 'critical')).not.toBe(0);
      other.end();
    });
  });

  it('that lost its master and will not serve old data is still told', async () => {
    const server = await matrixServer(name).start(['replicaof 127.0.0.1 1', 'replica-serve-stale-data no']);
    await during(server, async () => {
      const { server: audit, problems } = await see(`redis://127.0.0.1:${server.port}`);
      expect(problems).toEqual([]);
      expect(valueOf(audit.identity)).toMatchObject({ role: 'replica' });
      expect(stateOf(audit.evidence.facts.config)).toBe('known');
    });
  });
});

const names = (await lookup('localhost', { all: true })).map(({ address }) => address);

describe('a server on addresses of both families', () => {
  it.skipIf(!names.includes('::1') || !names.includes('127.0.0.1'))(
    'is met at whichever address of a name it has',
    async () => {
      const server = await matrixServer('redis-7.0').start(['bind ::1']);
      await during(server, async () => {
        const { server: audit } = await see(`redis://localhost:${server.port}`);
        expect(valueOf(audit.evidence.facts.endpoint).address).toBe('::1');
        expect(valueOf(audit.evidence.facts.process).pid).toBe(server.pid);
      });
    },
  );

  it('is one server, whichever it is asked at', async () => {
    const server = await matrixServer('redis-7.0').start(['bind 127.0.0.1 ::1']);
    await during(server, async () => {
      const { server: six } = await see(`redis://[::1]:${server.port}`);
      expect(valueOf(six.evidence.facts.process).pid).toBe(server.pid);
      const { server: named } = await discovered(server);
      expect(named.name).toBe(`redis://127.0.0.1:${server.port}`);
    });
  });
});
