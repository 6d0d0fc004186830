import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditOptions, ServerAudit } from '../../../src/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import {
  makeCertificates,
  tlsDirectives,
  writeCertificates,
  type Certificates,
  type CertificateFiles,
} from '../support/certificates.ts';
import { matrix, matrixServer, type MatrixServer } from '../support/servers.ts';
import { discovered, refusal, see, stateOf, valueOf } from './sight.ts';

const password = 'pass-of-the-test-9Xk';
const withTls = matrix.filter(({ product, atLeast }) => product === 'valkey' || atLeast(6, 0));

let files: CertificateFiles;
beforeAll(async () => {
  files = writeCertificates(await makeCertificates());
});
afterAll(() => files.remove());

const started: RunningServer[] = [];
const stopAll = async (): Promise<void> => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
};

async function start(
  server: MatrixServer,
  name: keyof Certificates = 'server',
  auth: 'yes' | 'no' | 'optional' = 'no',
  more: readonly string[] = ['port 0'],
): Promise<RunningServer> {
  const running = await server.start(({ tlsPort }) => [
    ...more,
    ...tlsDirectives(files, tlsPort, name, auth),
  ]);
  started.push(running);
  return running;
}

const trusting = (more: Partial<NonNullable<AuditOptions['tls']>> = {}): AuditOptions => ({
  tls: { ca: files.authority, insecure: false, ...more },
});
const as = (name: keyof Certificates): Partial<NonNullable<AuditOptions['tls']>> => ({
  cert: files.path(name, 'cert'),
  key: files.path(name, 'key'),
});
const doors = ({ exposure }: ServerAudit): readonly string[] =>
  valueOf(exposure).origins.flatMap(({ via }) =>
    'port' in via ? [`${via.port}${via.tls ? ' tls' : ''}`] : [],
  );

describe.each(withTls.map((server) => [server.name, server] as const))('%s behind TLS', (_, server) => {
  afterAll(stopAll);
  let running: RunningServer;
  beforeAll(async () => {
    running = await start(server, 'server', 'no', ['port 0', `requirepass ${password}`]);
  });

  it('is trusted when its authority is, and all is known', async () => {
    const { server: audit, problems } = await see(
      `rediss://:${password}@127.0.0.1:${running.tlsPort}`,
      trusting(),
    );
    expect(problems).toEqual([]);
    const { facts } = audit.evidence;
    expect(valueOf(facts.endpoint).tls).toMatchObject({ protocol: 'TLSv1.3', trusted: true });
    expect(stateOf(facts.config)).toBe('known');
    expect([...new Set(doors(audit))]).toEqual([`${running.tlsPort} tls`]);
    const own = new X509Certificate(readFileSync(files.path('server', 'cert')));
    expect(valueOf(facts.servedCertificate)).toMatchObject({
      path: 'served',
      subject: 'CN=localhost',
      issuer: 'CN=Test Authority',
      names: expect.arrayContaining(['localhost', '127.0.0.1']),
      validTo: own.validToDate.toISOString(),
      sha256: own.fingerprint256,
      selfSigned: false,
      authority: false,
      key: { type: 'ec', curve: 'prime256v1' },
    });
  });

  it('gets no password while nobody vouches for it', async () => {
    const { server: audit, problems } = await see(`rediss://:${password}@127.0.0.1:${running.tlsPort}`);
    expect(problems.join()).toMatch(/not trusted.*no password was sent.*--tls-ca/);
    expect(audit.evidence.facts.config).toMatchObject({ known: false, why: 'no-access' });
    expect(stateOf(audit.evidence.facts.servedCertificate)).toBe('known');
  });

  it('is asked again with a name that its certificate has', async () => {
    const { server: audit } = await see(`rediss://localhost:${running.tlsPort}`, trusting());
    expect(valueOf(audit.evidence.facts.endpoint).tls?.trusted).toBe(true);
  });

  it('is not mistaken for a plain port', async () => {
    expect(await refusal(`redis://127.0.0.1:${running.tlsPort}`, { host: false })).toMatch(/try rediss:/);
  });
});

describe('a certificate that is', () => {
  afterAll(stopAll);
  it.each([
    ['expired', /EXPIRED/, 'certificate-expired'],
    ['notYetValid', /NOT_YET_VALID/, 'certificate-not-yet-valid'],
    // On the host itself nobody goes by a name.
    ['wrongName', /ALTNAME_INVALID/, undefined],
    ['selfSigned', /SELF_SIGNED/, 'certificate-untrusted'],
  ] as const)('%s is not trusted, and its reason is told', async (name, words, check) => {
    const running = await start(matrixServer('redis-7.0'), name);
    const { server } = await see(`rediss://127.0.0.1:${running.tlsPort}`, trusting());
    const { facts } = server.evidence;
    expect(valueOf(facts.endpoint).tls?.trusted).toMatch(words);
    // Without a password there is nothing to lose: an open server is audited all the same.
    expect(stateOf(facts.config)).toBe('known');
    if (check) expect(server.findings.map((finding) => finding.check)).toContain(check);
  });

  it('about to end is trusted, and its end is known', async () => {
    const running = await start(matrixServer('redis-7.0'), 'nearExpiry');
    const { server } = await see(`rediss://127.0.0.1:${running.tlsPort}`, trusting());
    expect(valueOf(server.evidence.facts.endpoint).tls?.trusted).toBe(true);
    const left = Date.parse(valueOf(server.evidence.facts.servedCertificate).validTo) - Date.now();
    expect(left).toBeLessThan(4 * 86_400_000);
    expect(server.findings.map(({ check }) => check)).toContain('certificate-near-expiry');
  });
});

describe.each(
  ['redis-6.0', 'redis-8.6', 'valkey-9.1'].flatMap((name) =>
    ['TLSv1.2', 'TLSv1.3'].map((protocol) => [name, protocol] as const),
  ),
)('%s that wants a client certificate over %s', (name, protocol) => {
  afterAll(stopAll);
  let target = '';
  beforeAll(async () => {
    const running = await start(matrixServer(name), 'server', 'yes', [
      'port 0',
      `tls-protocols "${protocol}"`,
    ]);
    target = `rediss://127.0.0.1:${running.tlsPort}`;
  });

  it('says so when none is given', async () => {
    expect(await refusal(target, { ...trusting(), host: false })).toMatch(
      /wants a client certificate.*--tls-cert/,
    );
  });
  it('lets in whoever has one', async () => {
    const { server, problems } = await see(target, trusting(as('client')));
    expect(problems).toEqual([]);
    expect(valueOf(server.evidence.facts.endpoint).tls).toMatchObject({
      protocol,
      trusted: true,
      clientCertificateWanted: true,
    });
    expect(stateOf(server.evidence.facts.config)).toBe('known');
  });
  it.each(['strangerClient', 'server'] as const)('says so when it does not accept it: %s', async (wrong) => {
    expect(await refusal(target, { ...trusting(as(wrong)), host: false })).toMatch(
      /does not accept this client certificate/,
    );
  });
});

describe('a plain port beside TLS', () => {
  afterAll(stopAll);
  it.each(['redis', 'rediss'])('is a door of its own, asked over %s://', async (scheme) => {
    const running = await start(matrixServer('redis-7.0'), 'server', 'no', []);
    const port = scheme === 'redis' ? running.port : running.tlsPort;
    for (const host of [true, false]) {
      const { server } = await see(`${scheme}://127.0.0.1:${port}`, { ...trusting(), host });
      expect([...new Set(doors(server))].toSorted(), `host: ${host}`).toEqual(
        [`${running.port}`, `${running.tlsPort} tls`].toSorted(),
      );
    }
  });

  it('is never taken for TLS, and the wait has an end', async () => {
    const running = await matrixServer('redis-7.0').start();
    started.push(running);
    const began = performance.now();
    expect(await refusal(`rediss://127.0.0.1:${running.port}`, { timeout: 400 })).toMatch(/try redis:/);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe.each(['redis-6.0', 'redis-8.6', 'valkey-9.1'])('%s that nobody named', (name) => {
  afterAll(stopAll);

  it('is found behind TLS, and its files without a login', async () => {
    const running = await start(matrixServer(name), 'server', 'no', ['port 0', `requirepass ${password}`]);
    const { server } = await discovered(running);
    expect(server.name).toBe(`rediss://127.0.0.1:${running.tlsPort}`);
    expect(valueOf(server.evidence.facts.door)).toBe('login');
    expect(valueOf(server.evidence.facts.conf).path).toBe(running.configFile);
    expect([...new Set(doors(server))]).toEqual([`${running.tlsPort} tls`]);
  });

  it('is found behind a client certificate, and told as far as its files tell', async () => {
    const running = await start(matrixServer(name), 'server', 'yes');
    const { server, problem } = await discovered(running);
    expect(server.name).toBe(`rediss://127.0.0.1:${running.tlsPort}`);
    expect(problem).toMatch(/wants a client certificate/);
    expect(valueOf(server.evidence.facts.conf).path).toBe(running.configFile);
    expect(server.exposure.known).toBe(true);
  });
});

describe('a server on a unix socket alone', () => {
  afterAll(stopAll);
  it('is found without being named', async () => {
    const running = await matrixServer('redis-7.0').start(({ dir }) => ['port 0', `unixsocket ${dir}/s`]);
    started.push(running);
    const { server } = await discovered(running);
    expect(server.name).toBe(`unix://${join(running.dir, 's')}`);
    expect(stateOf(server.evidence.facts.config)).toBe('known');
    expect(valueOf(server.exposure).origins.map(({ reach }) => reach)).toEqual(['socket']);
  });
});

/** A TLS server that answers like one that wants a login, and keeps every word it was told. */
async function recordingServer(): Promise<{
  readonly port: number;
  readonly heard: () => string;
  readonly close: () => void;
}> {
  const heard: Buffer[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer(
    {
      cert: readFileSync(files.path('selfSigned', 'cert')),
      key: readFileSync(files.path('selfSigned', 'key')),
    },
    (socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => {
        heard.push(chunk);
        const commands = chunk.toString('latin1').match(/^\*\d+\r$/gm) ?? [];
        for (const _ of commands) socket.write('-NOAUTH Authentication required.\r\n');
      });
    },
  );
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => Buffer.concat(heard).toString('latin1'),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('a password', () => {
  it('is not sent to a server that nobody vouches for, unless that is asked for', async () => {
    const thief = await recordingServer();
    try {
      const target = `rediss://app:CANARY-${password}@127.0.0.1:${thief.port}`;
      const options = { host: false, timeout: 700, ...trusting() };
      const { problems } = await see(target, options);
      expect(problems.join()).toMatch(/no password was sent/);
      expect(thief.heard()).toContain('PING');
      expect(thief.heard()).not.toMatch(/CANARY|AUTH\r/);
      await see(target, { ...options, ...trusting({ insecure: true }) });
      expect(thief.heard()).toContain('CANARY');
    } finally {
      thief.close();
    }
  });
});

describe('a port that says nothing of TLS', () => {
  it('is given up in time when it is silent, and named when it closes', async () => {
    const silent = await recordingServer();
    try {
      // Plain bytes into a TLS port that is not Redis' own.
      const socket = connectPlain(silent.port, '127.0.0.1');
      socket.on('error', () => socket.destroy());
      socket.end();
      expect(await refusal(`redis://127.0.0.1:${silent.port}`, { host: false, timeout: 500 })).toMatch(
        /rediss|does not speak|no Redis/,
      );
    } finally {
      silent.close();
    }
  });
});
