/** Certificates made for one test run: a good one, and one for each way in which a certificate can be wrong. */
import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key, in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly authority: Identity;
  /** Valid for 90 days, for localhost, 127.0.0.1 and ::1. */
  readonly server: Identity;
  readonly expired: Identity;
  /** Ends in three days. */
  readonly nearExpiry: Identity;
  readonly notYetValid: Identity;
  /** Right in everything but its name, other.example. */
  readonly wrongName: Identity;
  /** RSA of 1024 bits; of the matrix only Redis 6.0 (OpenSSL 1.1.1) serves it, newer ones refuse to start. */
  readonly weakKey: Identity;
  readonly selfSigned: Identity;
  /** For a client, common name `alice`. */
  readonly client: Identity;
  /** A client's certificate from an authority that nobody trusts. */
  readonly strangerClient: Identity;
}

const day = 24 * 60 * 60 * 1000;
const elliptic = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa1024 = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 1024,
};

const makeKeys = (algorithm: typeof elliptic | typeof rsa1024) =>
  crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

// The type has another name with the browser's library than without.
type Keys = Awaited<ReturnType<typeof makeKeys>>;

interface Signer {
  readonly keys: Keys;
  readonly identity: Identity;
  readonly name: string;
}

interface Request {
  readonly name: string;
  readonly from?: number;
  readonly to?: number;
  readonly hosts?: readonly string[];
  readonly algorithm?: typeof elliptic | typeof rsa1024;
  readonly forClient?: boolean;
}

/** Makes them all; takes some tens of milliseconds. */
export async function makeCertificates(): Promise<Certificates> {
  const authority = await makeAuthority('Test Authority');
  const stranger = await makeAuthority('Strange Authority');
  const issue = (request: Request): Promise<Identity> => issueFrom(authority, request);
  return {
    authority: authority.identity,
    server: await issue({ name: 'localhost' }),
    expired: await issue({ name: 'localhost', from: -40, to: -10 }),
    nearExpiry: await issue({ name: 'localhost', from: -80, to: 3 }),
    notYetValid: await issue({ name: 'localhost', from: 10, to: 100 }),
    wrongName: await issue({ name: 'other.example', hosts: ['other.example'] }),
    weakKey: await issue({ name: 'localhost', algorithm: rsa1024 }),
    selfSigned: (await makeAuthority('localhost')).identity,
    client: await issue({ name: 'alice', hosts: [], forClient: true }),
    strangerClient: await issueFrom(stranger, { name: 'alice', hosts: [], forClient: true }),
  };
}

/** The paths of certificates written to a directory of mode 0700. */
export interface CertificateFiles {
  readonly directory: string;
  readonly authority: string;
  readonly path: (name: keyof Certificates, part: 'cert' | 'key') => string;
  readonly remove: () => void;
}

/** Writes them as `<name>.cert.pem` and `<name>.key.pem`. */
export function writeCertificates(certificates: Certificates): CertificateFiles {
  const directory = mkdtempSync(join(tmpdir(), 'keyward-certificates-'));
  const path = (name: string, part: 'cert' | 'key'): string => join(directory, `${name}.${part}.pem`);
  for (const [name, { cert, key }] of Object.entries(certificates) as [string, Identity][]) {
    writeFileSync(path(name, 'cert'), cert);
    writeFileSync(path(name, 'key'), key, { mode: 0o600 });
  }
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  return { directory, authority: path('authority', 'cert'), path, remove };
}

/** Directives that make a server (6.0 and later) offer TLS on `port` with the named certificate. */
export function tlsDirectives(
  files: CertificateFiles,
  port: number,
  name: keyof Certificates = 'server',
  authClients: 'yes' | 'no' | 'optional' = 'no',
): readonly string[] {
  return [
    `tls-port ${port}`,
    `tls-cert-file ${files.path(name, 'cert')}`,
    `tls-key-file ${files.path(name, 'key')}`,
    `tls-ca-cert-file ${files.authority}`,
    `tls-auth-clients ${authClients}`,
  ];
}

async function makeAuthority(name: string): Promise<Signer> {
  const keys = await makeKeys(elliptic);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    notBefore: daysFromNow(-100),
    notAfter: daysFromNow(3650),
    signingAlgorithm: elliptic,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
        true,
      ),
    ],
  });
  return { keys, name, identity: { cert: certificate.toString('pem'), key: await privateKey(keys) } };
}

async function issueFrom(signer: Signer, request: Request): Promise<Identity> {
  const { name, from = -1, to = 90, algorithm = elliptic, forClient = false } = request;
  const { hosts = ['localhost', '127.0.0.1', '::1'] } = request;
  const keys = await makeKeys(algorithm);
  const alternatives = hosts.map(
    (host) => ({ type: /^[0-9.]+$|:/.test(host) ? 'ip' : 'dns', value: host }) as const,
  );
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${signer.name}`,
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    notBefore: daysFromNow(from),
    notAfter: daysFromNow(to),
    signingAlgorithm: elliptic,
    extensions: [
      await AuthorityKeyIdentifierExtension.create(signer.keys.publicKey),
      new ExtendedKeyUsageExtension([forClient ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth]),
      ...(alternatives.length > 0 ? [new SubjectAlternativeNameExtension(alternatives)] : []),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privateKey(keys) };
}

const daysFromNow = (days: number): Date => new Date(Date.now() + days * day);

async function privateKey(keys: Keys): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}
