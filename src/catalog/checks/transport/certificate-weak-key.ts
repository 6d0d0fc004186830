import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { certificate, settings } from '../../example-facts.ts';
import { certificatesInUse, nameOf, placeOf, speaksTls } from '../../readings/certificates.ts';
import type { CertificateFacts } from '../../../model/index.ts';

/** Bits of a curve by its name: `prime192v1`, `secp521r1`, `P-256`. */
const curveBits = (curve: string): number => Number(/\d{3}/.exec(curve)?.[0] ?? 999);

function weakness({ key, signature, selfSigned }: CertificateFacts): string | undefined {
  const bits = key.bits ?? 9999;
  if ((key.type.startsWith('rsa') || key.type === 'dsa' || key.type === 'dh') && bits < 2048)
    return `a ${key.type} key of ${bits} bits`;
  if (key.type === 'ec' && key.curve !== undefined && curveBits(key.curve) < 224)
    return `a key on the curve ${key.curve}`;
  // Nobody verifies the signature of a root: it is trusted for being there.
  if (signature !== undefined && !selfSigned && /md[245]|sha-?1(?!\d)/i.test(signature))
    return `signed with ${signature}`;
  return undefined;
}

export default defineCheck({
  title: 'A TLS certificate has a weak key or signature',
  severity: 'medium',
  why: 'RSA keys below 2048 bits can be factored, and MD5 and SHA-1 signatures forged, by those who care enough; current TLS libraries refuse them, which ends in lowered security levels.',
  remedy:
    'Issue a new certificate with an EC key on P-256 (or RSA with 2048 bits and more), signed with SHA-256.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: [],
  uses: ['certificates', 'servedCertificate', 'settings', 'endpoint'],
  judge(_, sources) {
    const used = certificatesInUse(sources);
    if (used.length === 0) {
      return speaksTls(sources.settings, sources.endpoint) === false
        ? notApplicable('the server does not speak TLS')
        : undecided('no certificate was seen');
    }
    return failEach(
      used.flatMap((one) => {
        const weak = weakness(one);
        if (weak === undefined) return [];
        return [
          fault(
            `${nameOf(one)}: ${weak}`,
            [{ kind: 'certificate', path: one.path, need: 'a key of today, signed with SHA-256' }],
            { where: placeOf(one) },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'P-256': { certificates: [certificate()] },
      'RSA with 2048 bits': {
        certificates: [
          certificate({ key: { type: 'rsa', bits: 2048 }, signature: 'sha256WithRSAEncryption' }),
        ],
      },
      Ed25519: { certificates: [certificate({ key: { type: 'ed25519' }, signature: 'ED25519' })] },
      'an old root signed itself with SHA-1': {
        certificates: [
          certificate({
            selfSigned: true,
            key: { type: 'rsa', bits: 4096 },
            signature: 'sha1WithRSAEncryption',
          }),
        ],
      },
    },
    bad: {
      'RSA with 1024 bits': {
        servedCertificate: certificate({ path: 'served', key: { type: 'rsa', bits: 1024 } }),
      },
      'a short curve': { certificates: [certificate({ key: { type: 'ec', curve: 'prime192v1' } })] },
      'SHA-1': {
        certificates: [certificate({ key: { type: 'rsa', bits: 2048 }, signature: 'sha1WithRSAEncryption' })],
      },
    },
    other: {
      'no TLS': { facts: { settings: settings({ port: '6379' }) }, verdict: 'not-applicable' },
      'nothing was seen': { facts: {}, verdict: 'unknown' },
    },
  },
});
