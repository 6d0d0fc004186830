import { X509Certificate, createPrivateKey } from 'node:crypto';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CertificateFiles,
  type Certificates,
  makeCertificates,
  tlsDirectives,
  writeCertificates,
} from './certificates.ts';
import { matrix } from './servers.ts';

let certificates: Certificates;
let files: CertificateFiles;

beforeAll(async () => {
  certificates = await makeCertificates();
  files = writeCertificates(certificates);
});
afterAll(() => files.remove());

const read = (name: keyof Certificates): X509Certificate => new X509Certificate(certificates[name].cert);

describe('the certificates that tests use', () => {
  test('are each signed by the authority and belong to their key', () => {
    const authority = read('authority');
    for (const name of ['server', 'expired', 'nearExpiry', 'wrongName', 'weakKey', 'client'] as const) {
      expect(read(name).verify(authority.publicKey), name).toBe(true);
      expect(read(name).checkPrivateKey(createPrivateKey(certificates[name].key)), name).toBe(true);
    }
    expect(read('strangerClient').verify(authority.publicKey)).toBe(false);
  });

  test('are wrong in the one way that their name says', () => {
    const now = Date.now();
    expect(read('server').checkHost('localhost')).toBe('localhost');
    expect(read('server').checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(read('wrongName').checkHost('localhost')).toBeUndefined();
    expect(read('expired').validToDate.getTime()).toBeLessThan(now);
    expect(read('nearExpiry').validToDate.getTime() - now).toBeLessThan(4 * 24 * 3600 * 1000);
    expect(read('notYetValid').validFromDate.getTime()).toBeGreaterThan(now);
    expect(read('weakKey').publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
  });

  for (const { name, start } of matrix.filter(({ atLeast }) => atLeast(6, 0)).slice(0, 1)) {
    test(`let a real server, ${name}, offer TLS that a client can verify`, async () => {
      const server = await start(({ tlsPort }) => ['port 0', ...tlsDirectives(files, tlsPort)]);
      try {
        const authorized = await new Promise<boolean>((resolve, reject) => {
          const options = { host: '127.0.0.1', port: server.tlsPort, ca: certificates.authority.cert };
          const socket = connect(options, () => {
            resolve(socket.authorized);
            socket.destroy();
          });
          socket.once('error', reject);
        });
        expect(authorized).toBe(true);
      } finally {
        await server.stop();
      }
    });
  }
});
