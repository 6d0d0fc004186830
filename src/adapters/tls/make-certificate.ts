import 'reflect-metadata';
import {
  X509Certificate as Checked,
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
} from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM. */
export interface CertificatePair {
  readonly key: Buffer;
  readonly cert: Buffer;
}

export interface CertificateRequest {
  /** DNS names and addresses of the server; the first is its common name. */
  readonly names: readonly string[];
  readonly days: number;
  /** Common names of client certificates, which are also names of files. */
  readonly clients: readonly string[];
  /** An authority of the operator's own instead of a new one. */
  readonly ca?: CertificatePair;
  /** What is there already, by file name: it is kept, unless `renew` says otherwise. */
  readonly keep?: Readonly<Record<string, Buffer>>;
  /** As the action `make-certificate` says it. */
  readonly renew?: { readonly olderThan: string; readonly newKey: boolean };
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** Clocks differ: a certificate that is valid only from now on is refused by whoever is a little behind. */
const backdated = 5 * minute;
const authorityDays = 3650;
const fileName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;
const dnsName =
  /^(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})){0,10}$/;

/**
 * A private authority and what it signs: P-256, random 128-bit serials, the names in the SAN. A server's certificate is
 * also one for a client, since replicas and cluster nodes connect to each other with it.
 *
 * Gives every file by name (`ca.key ca.crt server.key server.crt`, `<client>.key <client>.crt`), those that are kept
 * byte for byte; `ca.key` is not among them where there is none and none was needed. Throws an Error that says what is
 * wrong with the request, or with the files to keep. Heavy to load: import it when it is needed.
 *
 * @example const files = await makeCertificates({ names: ['db.example', '10.0.0.5'], days: 365, clients: ['app'] });
 */
export async function makeCertificates(
  request: CertificateRequest,
): Promise<Readonly<Record<string, Buffer>>> {
  check(request);
  const keep = request.keep ?? {};
  const authority = await authorityOf(request);
  const made: Record<string, Buffer> = {
    ...(authority.key ? { 'ca.key': authority.key } : {}),
    'ca.crt': authority.cert,
  };
  const server = { use: 'server', file: 'server', common: request.names[0] ?? '' } as const;
  const clients = request.clients.map((name) => ({ use: 'client', file: name, common: name }) as const);
  for (const leaf of [server, ...clients]) {
    const there = { key: keep[`${leaf.file}.key`], cert: keep[`${leaf.file}.crt`] };
    const kept = keptPair(leaf.file, there, authority, request);
    const pair = kept ?? (await issue(leaf, reusedKey(there, request), authority, request));
    made[`${leaf.file}.key`] = pair.key;
    made[`${leaf.file}.crt`] = pair.cert;
  }
  return made;
}

function check({ names, days, clients }: CertificateRequest): void {
  if (names.length === 0) throw new Error('a certificate needs at least one name or address');
  for (const name of names)
    if (isIP(name) === 0 && (name.length > 253 || !dnsName.test(name)))
      throw new Error(`${JSON.stringify(name)} is neither a DNS name nor an address`);
  if (!Number.isInteger(days) || days < 1 || days > authorityDays)
    throw new Error(`a certificate is valid for 1 to ${authorityDays} days, not ${days}`);
  for (const name of clients)
    if (!fileName.test(name) || name === 'ca' || name === 'server')
      throw new Error(`${JSON.stringify(name)} cannot name a client's certificate`);
  if (new Set(clients).size !== clients.length) throw new Error('two client certificates have one name');
}

interface Authority {
  readonly key: Buffer | undefined;
  readonly cert: Buffer;
  readonly checked: Checked;
}

async function authorityOf({ ca, keep = {} }: CertificateRequest): Promise<Authority> {
  const cert = ca?.cert ?? keep['ca.crt'];
  const key = ca?.key ?? keep['ca.key'];
  // A key alone was written just before somebody was stopped: it goes on from there.
  if (cert === undefined) return newAuthority(key);
  const checked = parsed('the authority', cert);
  if (!checked.ca) throw new Error('the certificate of the authority is not one of an authority');
  if (key !== undefined && !checked.checkPrivateKey(privateKey('the authority', key)))
    throw new Error('the key of the authority is not that of its certificate');
  return { key, cert, checked };
}

function parsed(of: string, cert: Buffer): Checked {
  try {
    return new Checked(cert);
  } catch {
    throw new Error(`the certificate of ${of} cannot be read`);
  }
}

function privateKey(of: string, key: Buffer): KeyObject {
  try {
    return createPrivateKey(key);
  } catch {
    throw new Error(`the private key of ${of} cannot be read`);
  }
}

async function newAuthority(there: Buffer | undefined): Promise<Authority> {
  const key = there === undefined ? newKey() : privateKey('the authority', there);
  const keys = await signingKeys(key);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: commonName(`Keyward private authority ${serial().slice(0, 8)}`),
    keys,
    ...validity(authorityDays),
    signingAlgorithm: keys.algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const cert = pem(certificate);
  return { key: there ?? pkcs8(key), cert, checked: new Checked(cert) };
}

/** What is there, if it is whole, of this authority, and not to be renewed; never written over if it is somebody else's. */
function keptPair(
  file: string,
  { key, cert }: { readonly key: Buffer | undefined; readonly cert: Buffer | undefined },
  authority: Authority,
  { renew }: CertificateRequest,
): CertificatePair | undefined {
  if (cert === undefined) return undefined;
  const certificate = parsed(`${file}.crt`, cert);
  if (!certificate.checkIssued(authority.checked) || !certificate.verify(authority.checked.publicKey))
    throw new Error(`${file}.crt was not signed by the authority of ca.crt`);
  if (key === undefined) throw new Error(`there is a ${file}.crt and no ${file}.key`);
  // Half of a renewal with a new key is there after a crash: it is made again.
  if (!certificate.checkPrivateKey(privateKey(`${file}.key`, key))) {
    if (renew) return undefined;
    throw new Error(`${file}.key is not the key of ${file}.crt`);
  }
  const madeAt = certificate.validFromDate.getTime() + backdated;
  // Certificates tell whole seconds.
  const old = renew !== undefined && madeAt < Math.floor(Date.parse(renew.olderThan) / 1000) * 1000;
  return old ? undefined : { key, cert };
}

const reusedKey = (
  there: { readonly key: Buffer | undefined },
  { renew }: CertificateRequest,
): Buffer | undefined => (renew?.newKey === true ? undefined : there.key);

async function issue(
  {
    use,
    file,
    common,
  }: { readonly use: 'server' | 'client'; readonly file: string; readonly common: string },
  reused: Buffer | undefined,
  authority: Authority,
  { names, days }: CertificateRequest,
): Promise<CertificatePair> {
  if (authority.key === undefined)
    throw new Error(`${file}.crt cannot be signed: the authority's key is not there`);
  const issuer = new X509Certificate(authority.checked.raw);
  const signer = await signingKeys(privateKey('the authority', authority.key));
  const key = reused === undefined ? newKey() : privateKey(`${file}.key`, reused);
  const { publicKey } = await signingKeys(key);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: commonName(common.slice(0, 64)),
    issuer: issuer.subjectName,
    publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: signer.algorithm,
    ...validity(days, authority.checked.validToDate),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([
        ...(use === 'server' ? [ExtendedKeyUsage.serverAuth] : []),
        ExtendedKeyUsage.clientAuth,
      ]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await authorityKey(issuer),
      ...(use === 'server' ? [alternativeNames(names)] : []),
    ],
  });
  return { key: reused ?? pkcs8(key), cert: pem(certificate) };
}

/** Its own identifier, as its certificate says it: an authority made elsewhere may count it in another way. */
function authorityKey(issuer: X509Certificate): Promise<Extension> {
  const own = issuer.getExtension(SubjectKeyIdentifierExtension);
  return own === null
    ? AuthorityKeyIdentifierExtension.create(issuer.publicKey)
    : Promise.resolve(new AuthorityKeyIdentifierExtension(own.keyId));
}

const alternativeNames = (names: readonly string[]): Extension =>
  new SubjectAlternativeNameExtension(
    [...new Set(names)].map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
  );

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const pkcs8 = (key: KeyObject): Buffer => Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }));
const pem = (certificate: X509Certificate): Buffer => Buffer.from(`${certificate.toString('pem')}\n`);
const commonName = (name: string): Name => new Name([{ CN: [{ utf8String: name }] }]);

/** 128 bits, the first one 0 and the second 1: a positive number, and always as long. */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

function validity(days: number, atMost?: Date): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const end = now + days * day;
  if (atMost !== undefined && atMost.getTime() <= now) throw new Error('the authority has expired');
  return {
    notBefore: new Date(now - backdated),
    notAfter: atMost !== undefined && atMost.getTime() < end ? atMost : new Date(end),
  };
}

/** As Web Cryptography takes them, which the generator signs with. */
async function signingKeys(key: KeyObject) {
  const algorithm = algorithmOf(key);
  const exported = key.export({ type: 'pkcs8', format: 'der' });
  const privateOne = await crypto.subtle.importKey('pkcs8', exported, algorithm, true, ['sign']);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const publicKey = await crypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
  return { privateKey: privateOne, publicKey, algorithm };
}

const curves: Readonly<Record<string, readonly [name: string, hash: string]>> = {
  prime256v1: ['P-256', 'SHA-256'],
  secp384r1: ['P-384', 'SHA-384'],
  secp521r1: ['P-521', 'SHA-512'],
};

/** Of the authority that was given: elliptic curves, RSA, Ed25519. */
function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject) {
  const curve = curves[details?.namedCurve ?? ''];
  if (type === 'ec' && curve !== undefined)
    return { name: 'ECDSA', namedCurve: curve[0], hash: curve[1] } as const;
  if (type === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
  if (type === 'ed25519') return { name: 'Ed25519' } as const;
  throw new Error(`keys of type ${type ?? 'unknown'} cannot sign certificates here`);
}
