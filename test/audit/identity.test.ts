import { afterAll, describe, expect, it } from 'vitest';
import { auditTargets, type Identity, type ServerAudit } from '../../src/index.ts';
import { matrix } from '../live/support/servers.ts';
import {
  loadRecording,
  recordedPassword,
  replayServer,
  transcriptNames,
  type Mode,
} from '../replay/index.ts';

const seen: string[] = [];
const only = async (target: string): Promise<ServerAudit> => {
  const { servers, failures } = await auditTargets([target], { host: false });
  expect(failures.filter(({ problem }) => !problem.includes('login'))).toEqual([]);
  const [server] = servers;
  if (!server) throw new Error(`${target} was not audited`);
  return server;
};
const identityOf = ({ identity }: ServerAudit): Identity => {
  if (!identity.known) throw new Error(identity.detail);
  return identity.value;
};

/** `redis-7.0.15` and `redis-8.0-m01`, whose own number is 7.9.224. */
const expected = (name: string): { product: string; version: string } => {
  const [product = '', ...rest] = name.split('-');
  const version = rest.join('-');
  return { product, version: version === '8.0-m01' ? '7.9.224' : version };
};

describe.each(transcriptNames)('recorded %s', (name) => {
  const { modes } = loadRecording(name);
  // What was never recorded of a version is no test that was skipped.
  const when =
    (mode: Mode) =>
    (title: string, test: () => Promise<void>): void => {
      if (modes.includes(mode)) it(title, test);
    };

  it('is told exactly when it is open', async () => {
    const server = await replayServer(name, 'open');
    try {
      const { product, version, doubts } = identityOf(await only(`redis://127.0.0.1:${server.port}`));
      expect({ product, version }).toEqual(expected(name));
      expect(doubts.filter((doubt) => !/KeyDB lets|newer than/.test(doubt))).toEqual([]);
      seen.push(name);
    } finally {
      await server.stop();
    }
  });

  when('requirepass')('is bracketed before a login, and told exactly after one', async () => {
    const server = await replayServer(name, 'requirepass');
    try {
      const before = identityOf(await only(`redis://127.0.0.1:${server.port}`));
      const { product, version } = expected(name);
      expect(['unknown', product]).toContain(before.product);
      expect(before.version).toBeUndefined();
      expect(before.because.length).toBeGreaterThan(0);
      const after = identityOf(await only(`redis://:${recordedPassword}@127.0.0.1:${server.port}`));
      expect({ product: after.product, version: after.version }).toEqual({ product, version });
    } finally {
      await server.stop();
    }
  });

  when('protected-mode')('is recognised behind protected mode', async () => {
    const server = await replayServer(name, 'protected-mode');
    try {
      const audit = await only(`redis://127.0.0.1:${server.port}`);
      const door = audit.evidence.facts.door;
      expect(door.known && ['protected', 'open'].includes(door.value)).toBe(true);
      if (door.known && door.value === 'protected')
        expect(identityOf(audit).because.join()).toContain('protected mode');
    } finally {
      await server.stop();
    }
  });

  when('sentinel')('is told as a Sentinel', async () => {
    const server = await replayServer(name, 'sentinel');
    try {
      const identity = identityOf(await only(`redis://127.0.0.1:${server.port}`));
      expect({ product: identity.product, mode: identity.mode, role: identity.role }).toEqual({
        product: expected(name).product,
        mode: 'sentinel',
        role: 'sentinel',
      });
    } finally {
      await server.stop();
    }
  });

  when('cluster')('is told as a cluster node', async () => {
    const server = await replayServer(name, 'cluster');
    try {
      expect(identityOf(await only(`redis://127.0.0.1:${server.port}`)).mode).toBe('cluster');
    } finally {
      await server.stop();
    }
  });

  when('maxclients')('is met when it has no room', async () => {
    const server = await replayServer(name, 'maxclients');
    try {
      const { door } = (await only(`redis://127.0.0.1:${server.port}`)).evidence.facts;
      expect(door).toMatchObject({ known: true, value: 'full' });
    } finally {
      await server.stop();
    }
  });
});

describe.each(matrix.map((server) => [server.name, server] as const))('live %s', (_, server) => {
  it('is told exactly', async () => {
    const running = await server.start();
    try {
      const { product, version, mode, role, doubts } = identityOf(
        await only(`redis://127.0.0.1:${running.port}`),
      );
      expect({ product, version, mode, role }).toEqual({
        product: server.product,
        version: server.version,
        mode: 'standalone',
        role: 'master',
      });
      expect(doubts).toEqual([]);
    } finally {
      await running.stop();
    }
  });
});

afterAll(() => expect(seen).toHaveLength(23));
