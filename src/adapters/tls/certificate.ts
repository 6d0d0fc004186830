import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../model/index.ts';

const one = (text: string | undefined): string => (text ?? '').split('\n').filter(Boolean).join(', ');

/** `DNS:a.example, IP Address:10.0.0.1` as plain names. */
const names = (subjectAltName: string | undefined): readonly string[] =>
  (subjectAltName ?? '')
    .split(', ')
    .map((entry) => /^(?:DNS|IP Address|URI):"?([^"]*)"?$/.exec(entry)?.[1] ?? '')
    .filter(Boolean);

/** Facts of one certificate, PEM or DER; `undefined` where the bytes are none. `path` may be `served`. */
export function certificateFacts(bytes: Uint8Array, path: string): CertificateFacts | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(bytes);
  } catch {
    return undefined;
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  const signature = (certificate as { signatureAlgorithm?: string }).signatureAlgorithm;
  return {
    path,
    subject: one(certificate.subject),
    issuer: one(certificate.issuer),
    names: names(certificate.subjectAltName),
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
    selfSigned: certificate.checkIssued(certificate),
    authority: certificate.ca,
    key: {
      type: type ?? 'unknown',
      ...(details?.modulusLength ? { bits: details.modulusLength } : {}),
      ...(details?.namedCurve ? { curve: details.namedCurve } : {}),
    },
    ...(signature ? { signature } : {}),
    sha256: certificate.fingerprint256,
  };
}

/** Every certificate of a PEM file, at most 100. */
export function certificatesOf(pem: string, path: string): readonly CertificateFacts[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]{1,65536}-----END CERTIFICATE-----/g) ?? [];
  return blocks.slice(0, 100).flatMap((block) => certificateFacts(Buffer.from(block), path) ?? []);
}
