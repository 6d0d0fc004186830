import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { certificate, settings } from '../../example-facts.ts';
import { certificatesInUse, daysUntil, nameOf, placeOf, speaksTls } from '../../readings/certificates.ts';

export default defineCheck({
  title: 'A TLS certificate is not valid yet',
  severity: 'high',
  why: 'Clients that verify refuse it. It was put in place too early, or the clock of the host that made it is wrong.',
  remedy:
    'Put the former certificate back until the new one is valid, or correct the clock and make a new one.',
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
        .filter((one) => daysUntil(one.validFrom, today) > 0)
        .map((one) =>
          fault(
            `${nameOf(one)} is valid only from ${one.validFrom.slice(0, 10)}`,
            [{ kind: 'certificate', path: one.path, need: 'a certificate that is valid today' }],
            { where: placeOf(one) },
          ),
        ),
    );
  },
  examples: {
    good: {
      valid: { certificates: [certificate()], collectedOn: '2026-06-01' },
      'from today on': { certificates: [certificate()], collectedOn: '2026-01-01' },
    },
    bad: {
      'a clock ahead': {
        servedCertificate: certificate({ path: 'served', validFrom: '2026-08-01T00:00:00.000Z' }),
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
