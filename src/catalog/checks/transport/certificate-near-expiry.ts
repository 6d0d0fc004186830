import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { certificate, settings } from '../../example-facts.ts';
import { certificatesInUse, daysUntil, nameOf, placeOf, speaksTls } from '../../readings/certificates.ts';

export default defineCheck({
  title: 'A TLS certificate expires within 30 days',
  severity: 'medium',
  why: 'The server does not load a renewed file by itself (Valkey 9.1 can, with tls-auto-reload-interval): a certificate that was renewed on disk still expires in memory, and with it every connection.',
  remedy:
    'Renew the certificate, load it with CONFIG SET tls-cert-file … (the same path will do), and check what the server then serves.',
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
        .filter((one) => daysUntil(one.validTo, today) >= 0 && daysUntil(one.validTo, today) <= 30)
        .map((one) =>
          fault(
            `${nameOf(one)} expires on ${one.validTo.slice(0, 10)}, in ${daysUntil(one.validTo, today)} days`,
            [{ kind: 'certificate', path: one.path, need: 'a certificate that is valid for longer' }],
            { where: placeOf(one) },
          ),
        ),
    );
  },
  examples: {
    good: {
      'half a year to go': { certificates: [certificate()], collectedOn: '2026-06-01' },
      'expired is another check': { certificates: [certificate()], collectedOn: '2027-06-01' },
    },
    bad: {
      'three weeks': { certificates: [certificate()], collectedOn: '2026-12-10' },
      'renewed on disk, not in memory': {
        certificates: [certificate({ validTo: '2027-12-31T00:00:00.000Z', sha256: 'AA:09' })],
        servedCertificate: certificate({ path: 'served' }),
        collectedOn: '2026-12-20',
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
