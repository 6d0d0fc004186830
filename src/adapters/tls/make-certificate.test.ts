import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateFiles } from '../../engine/apply/resources-of.ts';
import { makeCertificates } from './make-certificate.ts';

type Files = Awaited<ReturnType<typeof makeCertificates>>;
const wish = { names: ['db.example', '127.0.0.1', '::1'], days: 90, clients: ['app', 'worker'] } as const;
const at = (files: Files, name: string): Buffer => files[name] ?? Buffer.alloc(0);
const read = (files: Files, name: string): X509Certificate => new X509Certificate(at(files, name));
const later = (): string => new Date(Date.now() + 3_600_000).toISOString();
const ca = (files: Files) => ({ key: at(files, 'ca.key'), cert: at(files, 'ca.crt') });

let files: Files;
let folder: string;
beforeAll(async () => {
  files = await makeCertificates(wish);
  folder = mkdtempSync(join(tmpdir(), 'keyward-make-certificate-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const openssl = (...words: readonly string[]) =>
  spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
const verifies = (...words: readonly string[]): boolean =>
  openssl('verify', '-x509_strict', '-CAfile', 'ca.crt', ...words).status === 0;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('the files', () => {
  it('are those that the plan captures before, and no other', () => {
    expect(Object.keys(files).toSorted()).toEqual([...certificateFiles(wish.clients)].toSorted());
  });

  it('are keys of P-256, each of its own certificate', () => {
    for (const name of ['ca', 'server', 'app', 'worker']) {
      const key = createPrivateKey(at(files, `${name}.key`));
      expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
      expect(read(files, `${name}.crt`).checkPrivateKey(key)).toBe(true);
    }
  });

  it('name the server by every name and address, and only by them', () => {
    const server = read(files, 'server.crt');
    expect(server.subjectAltName).toBe('DNS:db.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(server.checkHost('db.example')).toBeDefined();
    expect(server.checkHost('other.example')).toBeUndefined();
    expect(server.checkIP('127.0.0.1')).toBeDefined();
  });

  it('are valid a little before now, and for as long as was asked', () => {
    const { validFromDate: from, validToDate: to } = read(files, 'server.crt');
    expect(Date.now() - from.getTime()).toBeGreaterThan(60_000);
    expect(Math.round((to.getTime() - Date.now()) / 86_400_000)).toBe(90);
    expect(read(files, 'ca.crt').validToDate.getFullYear() - new Date().getFullYear()).toBeGreaterThan(8);
  });

  it('have serial numbers of 128 bits that never come twice', () => {
    const serials = ['ca', 'server', 'app', 'worker'].map((name) => read(files, `${name}.crt`).serialNumber);
    expect(new Set(serials).size).toBe(4);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  it('verifies each for its purpose and no other', () => {
    expect(verifies('-purpose', 'sslserver', '-verify_hostname', 'db.example', 'server.crt')).toBe(true);
    expect(verifies('-purpose', 'sslserver', '-verify_ip', '::1', 'server.crt')).toBe(true);
    expect(verifies('-purpose', 'sslclient', 'server.crt')).toBe(true);
    expect(verifies('-purpose', 'sslclient', 'app.crt')).toBe(true);
    expect(verifies('-purpose', 'sslserver', 'app.crt')).toBe(false);
    expect(verifies('-purpose', 'sslserver', '-verify_hostname', 'other.example', 'server.crt')).toBe(false);
  });

  it('lets no leaf sign, nor an authority below ours', () => {
    expect(openssl('verify', '-CAfile', 'server.crt', 'app.crt').status).not.toBe(0);
    const text = openssl('x509', '-in', 'ca.crt', '-noout', '-text').stdout;
    expect(text).toContain('CA:TRUE, pathlen:0');
    expect(openssl('x509', '-in', 'server.crt', '-noout', '-text').stdout).toContain('CA:FALSE');
  });

  it.each(['rsa:2048', 'ec:secp384r1', 'ed25519:'])(
    'verifies what an authority of %s signs',
    async (kind) => {
      const [type = '', detail = ''] = kind.split(':');
      const options =
        type === 'rsa'
          ? ['-newkey', kind]
          : ['-newkey', type, ...(type === 'ec' ? ['-pkeyopt', `ec_paramgen_curve:${detail}`] : [])];
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          ...options,
          '-noenc',
          '-addext',
          'keyUsage=critical,keyCertSign',
          '-days',
          '30',
          '-subj',
          '/O=Given, Inc./CN=Given "Authority"',
          '-keyout',
          'given.key',
          '-out',
          'given.crt',
        ],
        { cwd: folder, stdio: 'ignore' },
      );
      const given = {
        key: readFileSync(join(folder, 'given.key')),
        cert: readFileSync(join(folder, 'given.crt')),
      };
      const signed = await makeCertificates({ ...wish, ca: given });
      writeFileSync(join(folder, 'signed.crt'), at(signed, 'server.crt'));
      expect(
        openssl('verify', '-x509_strict', '-CAfile', 'given.crt', '-purpose', 'sslserver', 'signed.crt')
          .stdout,
      ).toBe('signed.crt: OK\n');
      expect(signed['ca.crt']).toEqual(given.cert);
      // Never longer than the authority itself.
      expect(read(signed, 'server.crt').validToDate).toEqual(new X509Certificate(given.cert).validToDate);
    },
  );
});

describe('a connection of TLS', () => {
  const talk = (client: string | undefined, from: Files): Promise<string> =>
    new Promise((resolve) => {
      const server = createServer(
        {
          key: at(files, 'server.key'),
          cert: at(files, 'server.crt'),
          ca: at(files, 'ca.crt'),
          requestCert: true,
        },
        (socket) => socket.end(String(socket.getPeerCertificate().subject.CN)),
      );
      const done = (text: string): void => {
        server.close();
        resolve(text);
      };
      server.on('tlsClientError', () => undefined);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : 0;
        const identity =
          client === undefined ? {} : { key: at(from, `${client}.key`), cert: at(from, `${client}.crt`) };
        const socket = connect({ host: '127.0.0.1', port, ca: at(files, 'ca.crt'), ...identity });
        socket.on('data', (bytes: Buffer) => done(String(bytes)));
        socket.on('error', () => done('refused'));
        socket.on('close', () => done('refused'));
      });
    });

  it('is had by a client of this authority, known by its name', async () => {
    expect(await talk('app', files)).toBe('app');
    // A replica connects with the server's own certificate.
    expect(await talk('server', files)).toBe('db.example');
  });

  it('is had by nobody else', async () => {
    expect(await talk(undefined, files)).toBe('refused');
    expect(await talk('app', await makeCertificates(wish))).toBe('refused');
  });
});

describe('done twice', () => {
  it('it changes not one byte', async () => {
    expect(await makeCertificates({ ...wish, keep: files })).toEqual(files);
  });

  it('it adds what is missing, by the same authority', async () => {
    const more = await makeCertificates({ ...wish, clients: [...wish.clients, 'late'], keep: files });
    expect(more).toMatchObject(files);
    expect(read(more, 'late.crt').verify(read(files, 'ca.crt').publicKey)).toBe(true);
  });

  it('it renews what is older than the plan, once, and keeps key and authority', async () => {
    const old = { olderThan: new Date(Date.now() + 2000).toISOString(), newKey: false };
    const renewed = await makeCertificates({ ...wish, keep: files, renew: old });
    expect(renewed['ca.crt']).toEqual(files['ca.crt']);
    expect(renewed['server.key']).toEqual(files['server.key']);
    expect(read(renewed, 'server.crt').serialNumber).not.toBe(read(files, 'server.crt').serialNumber);
    const since = { olderThan: new Date(Date.now() - 60_000).toISOString(), newKey: false };
    expect(await makeCertificates({ ...wish, keep: renewed, renew: since })).toEqual(renewed);
  });

  it('it renews the key too where that is asked, also when it was stopped between the two files', async () => {
    const renew = { olderThan: later(), newKey: true };
    const renewed = await makeCertificates({ ...wish, keep: files, renew });
    expect(renewed['server.key']).not.toEqual(files['server.key']);
    const half = { ...files, 'server.key': at(renewed, 'server.key') };
    const whole = await makeCertificates({ ...wish, keep: half, renew });
    expect(read(whole, 'server.crt').checkPrivateKey(createPrivateKey(at(whole, 'server.key')))).toBe(true);
  });

  it('it goes on where it was stopped, after any file', async () => {
    const order = ['ca.key', 'ca.crt', 'server.key', 'server.crt', 'app.key', 'app.crt'];
    for (let count = 0; count <= order.length; count++) {
      const keep = Object.fromEntries(order.slice(0, count).map((name) => [name, at(files, name)]));
      const whole = await makeCertificates({ ...wish, keep });
      expect(whole).toMatchObject(keep);
      expect(read(whole, 'server.crt').verify(read(whole, 'ca.crt').publicKey)).toBe(true);
    }
  });

  it('it needs no key of the authority where there is nothing to sign', async () => {
    const { 'ca.key': _, ...without } = files;
    expect(await makeCertificates({ ...wish, keep: without })).toEqual(without);
    await expect(makeCertificates({ ...wish, clients: ['late'], keep: without })).rejects.toThrow(
      /late\.crt cannot be signed/,
    );
  });
});

describe('it refuses', () => {
  it.each([
    ['no name', { ...wish, names: [] }, /at least one name/],
    ['what is no name', { ...wish, names: ['a b'] }, /neither a DNS name nor an address/],
    ['no days', { ...wish, days: 0 }, /1 to 3650 days/],
    ['a client that is a path', { ...wish, clients: ['../../etc/x'] }, /cannot name/],
    ['a client that is the server', { ...wish, clients: ['server'] }, /cannot name/],
    ['two of a name', { ...wish, clients: ['app', 'app'] }, /one name/],
    [
      'an authority of noise',
      { ...wish, ca: { key: Buffer.from('x'), cert: Buffer.from('x') } },
      /cannot be read/,
    ],
  ])('%s', async (_, request, message) => {
    await expect(makeCertificates(request)).rejects.toThrow(message);
  });

  it('an authority that is none, or has another key', async () => {
    const leaf = { key: at(files, 'server.key'), cert: at(files, 'server.crt') };
    await expect(makeCertificates({ ...wish, ca: leaf })).rejects.toThrow(/not one of an authority/);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const key = Buffer.from(other.export({ type: 'pkcs8', format: 'pem' }));
    await expect(makeCertificates({ ...wish, ca: { ...ca(files), key } })).rejects.toThrow(/not that of its/);
  });

  it('to write over a certificate of somebody else', async () => {
    const foreign = await makeCertificates(wish);
    const keep = {
      ...files,
      'server.crt': at(foreign, 'server.crt'),
      'server.key': at(foreign, 'server.key'),
    };
    await expect(makeCertificates({ ...wish, keep })).rejects.toThrow(/not signed by the authority/);
  });
});
