import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Place, type RunningServer, startServer } from '../../src/adapters/servers/index.ts';
import { asText } from '../../src/lang/resp/index.ts';
import { ask, converse } from './support/ask.ts';
import {
  type CertificateFiles,
  makeCertificates,
  tlsDirectives,
  writeCertificates,
} from './support/certificates.ts';
import { matrix, missingServers } from './support/servers.ts';

const slots = 16_384;

describe('the servers that tests run on', () => {
  test('are there, all that are required', () => {
    const missing = missingServers.filter(({ required }) => required);
    expect(missing.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([]);
    expect(matrix.length).toBeGreaterThan(0);
  });

  for (const { name, reason } of missingServers.filter(({ required }) => !required)) {
    test(name, ({ skip }) => skip(`${name} cannot be had: ${reason}`));
  }
});

let files: CertificateFiles;
beforeAll(async () => {
  files = writeCertificates(await makeCertificates());
});
afterAll(() => files.remove());

describe.each(matrix)('$name', (server) => {
  test('starts, says its version, and leaves nothing behind', async () => {
    const running = await server.start();
    const info = asText(await ask(running, 'INFO', 'server')) ?? '';
    expect(info).toContain(`${server.product}_version:${server.version}\r\n`);
    expect(isAlive(running.pid)).toBe(true);
    await running.stop();
    expect(isAlive(running.pid)).toBe(false);
    expect(existsSync(running.dir)).toBe(false);
    await expect(ask(running, 'PING')).rejects.toThrow('ECONNREFUSED');
  });

  test('tells why it does not start', async () => {
    await expect(server.start(['no-such-directive 1'])).rejects.toThrow(/no-such-directive/);
  });

  test('is a Sentinel', async () => {
    const running = await server.start(['sentinel monitor main 127.0.0.1 1 1'], { sentinel: true });
    await stopAfter(running, async () => {
      const [main] = (await ask(running, 'SENTINEL', 'MASTERS')) as readonly (readonly string[])[];
      expect(main).toContain('main');
    });
  });

  test('is a replica of itself', async () => {
    const primary = await server.start(['requirepass sekret']);
    await stopAfter(primary, async () => {
      const replica = await server.start([`replicaof 127.0.0.1 ${primary.port}`, 'masterauth sekret']);
      await stopAfter(replica, async () => {
        const [role, host, port] = (await ask(replica, 'ROLE')) as readonly (string | number)[];
        expect([role, host, port]).toEqual(['slave', '127.0.0.1', primary.port]);
      });
    });
  });

  test('is a cluster of one node', async () => {
    const running = await server.start(['cluster-enabled yes']);
    await stopAfter(running, async () => {
      const { ask: say, end } = await converse(running);
      await say('CLUSTER', 'ADDSLOTS', ...Array.from({ length: slots }, (_, slot) => String(slot)));
      expect(asText(await say('CLUSTER', 'INFO'))).toContain(`cluster_slots_assigned:${slots}`);
      end();
    });
  });

  if (server.atLeast(6, 0)) {
    test('offers TLS', async () => {
      const running = await server.start(({ tlsPort }) => ['port 0', ...tlsDirectives(files, tlsPort)]);
      await stopAfter(running, async () => {
        const answer = await ask({ port: running.tlsPort, tls: { rejectUnauthorized: false } }, 'PING');
        expect(answer).toEqual({ kind: 'simple', text: 'PONG' });
      });
    });
  }
});

describe('starting a server', () => {
  test.each(matrix.slice(0, 1))('goes on in a directory that was given: $name', async ({ start }) => {
    const dir = mkdtempSync(join(tmpdir(), 'keyward-given-'));
    const first = await start(['appendonly yes'], { dir });
    await stopAfter(first, async () => {
      expect(await ask(first, 'SET', 'kept', 'yes')).toEqual({ kind: 'simple', text: 'OK' });
    });
    const second = await start(['appendonly yes'], { dir });
    await stopAfter(second, async () => {
      expect(await ask(second, 'GET', 'kept')).toBe('yes');
    });
    rmSync(dir, { recursive: true });
  });

  test.each(matrix.slice(0, 1))('listens on a Unix socket alone: $name', async ({ start }) => {
    const running = await start(({ dir }) => ['port 0', `unixsocket ${dir}/s`]);
    await stopAfter(running, async () => {
      expect(running.port).toBe(0);
      expect(existsSync(join(running.dir, 's'))).toBe(true);
    });
  });

  test('leaves nothing behind when its configuration cannot be made', async () => {
    let made = '';
    const conf = ({ dir }: Place): readonly string[] => {
      made = dir;
      throw new Error('no configuration');
    };
    await expect(startServer({ binary: '/nonexistent/server', conf })).rejects.toThrow('no configuration');
    expect(made).not.toBe('');
    expect(existsSync(made)).toBe(false);
  });

  test('fails with a reason when there is no such program', async () => {
    await expect(startServer({ binary: '/nonexistent/server' })).rejects.toThrow();
  });
});

async function stopAfter(running: RunningServer, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await running.stop();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
