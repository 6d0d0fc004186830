import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { certificate, settings } from '../../example-facts.ts';
import { certificatesInUse, daysUntil, nameOf, placeOf, speaksTls } from '../../readings/certificates.ts';

export default defineCheck({
  title: 'A TLS certificate has expired',
  severity: 'high',
  why: 'Clients that verify refuse to connect, so somebody switches verification off to end the outage, and whoever stands in between may then read and change everything. Replication over TLS stops as well.',
  remedy:
    'Replace the expired certificate, load it with CONFIG SET tls-cert-file … (the same path will do), and check what the server then serves.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['collectedOn'],
  uses: ['certificates', 'servedCertificate', 'settings', 'endpoint'],
  judge({ collectedOn: today }, sources) {
    const used = certificatesInUse(sources);
    if (used.length === 0) {
      return speaksTls(sources.settings, sources.endpoint) === false
        ? notApplicable('the server does not speak TLS')
        : undecided('no certificate was seen');
    }
    return failEach(
      used
        .filter((one) => daysUntil(one.validTo, today) < 0)
        .map((one) =>
          fault(
            `${nameOf(one)} expired on ${one.validTo.slice(0, 10)}`,
            [{ kind: 'certificate', path: one.path, need: 'a certificate that is valid today' }],
            { where: placeOf(one) },
          ),
        ),
    );
  },
  examples: {
    good: {
      valid: { certificates: [certificate()], collectedOn: '2026-06-01' },
      'an old one in a bundle, which vouches for nothing': {
        certificates: [
          certificate(),
          certificate({
            path: '/etc/redis/tls/ca.crt',
            subject: 'CN=Old',
            validTo: '2020-01-01T00:00:00.000Z',
            sha256: 'AA:02',
          }),
        ],
        settings: settings({ 'tls-port': '6380', 'tls-ca-cert-file': '/etc/redis/tls/ca.crt' }),
        collectedOn: '2026-06-01',
      },
      'on its last day': { certificates: [certificate()], collectedOn: '2026-12-31' },
    },
    bad: {
      'its own': { certificates: [certificate()], collectedOn: '2027-01-01' },
      'the one it serves': { servedCertificate: certificate({ path: 'served' }), collectedOn: '2027-02-01' },
      'the authority that vouches for it': {
        certificates: [
          certificate(),
          certificate({
            path: '/etc/redis/tls/ca.crt',
            subject: 'CN=Example CA',
            authority: true,
            validTo: '2026-05-01T00:00:00.000Z',
            sha256: 'AA:02',
          }),
        ],
        settings: settings({ 'tls-port': '6380', 'tls-ca-cert-file': '/etc/redis/tls/ca.crt' }),
        collectedOn: '2026-06-01',
      },
    },
    other: {
      'no TLS': {
        facts: { settings: settings({ 'tls-port': '0' }), collectedOn: '2026-06-01' },
        verdict: 'not-applicable',
      },
      'nothing was seen': { facts: { collectedOn: '2026-06-01' }, verdict: 'unknown' },
    },
  },
});
