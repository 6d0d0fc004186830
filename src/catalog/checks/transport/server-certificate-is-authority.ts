import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { certificate, settings } from '../../example-facts.ts';
import { nameOf, ownCertificates, placeOf, speaksTls } from '../../readings/certificates.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server’s own certificate may sign others',
  severity: 'low',
  why: 'Whoever gets the server’s key, which the server’s user can read, may make certificates for any client and any server that trusts it. An authority’s key belongs on no server.',
  remedy:
    'Sign a certificate without CA:TRUE for the server with an authority whose key is kept elsewhere (`basicConstraints = CA:FALSE`).',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: [],
  uses: ['certificates', 'servedCertificate', 'settings', 'endpoint'],
  judge(_, sources) {
    const own = ownCertificates(sources);
    if (own.length === 0) {
      return speaksTls(sources.settings, sources.endpoint) === false
        ? notApplicable('the server does not speak TLS')
        : undecided('no certificate was seen');
    }
    const { settings: values } = sources;
    const asked = values.known ? textOf(values.value, 'tls-auth-clients') : undefined;
    return failEach(
      own
        .filter(({ authority }) => authority)
        .map((one) =>
          fault(
            `${nameOf(one)} is an authority`,
            [{ kind: 'certificate', path: one.path, need: 'basicConstraints CA:FALSE' }],
            // Where client certificates decide who gets in, its key is the key to everything.
            { where: placeOf(one), severity: asked === 'yes' ? 'medium' : 'low' },
          ),
        ),
    );
  },
  examples: {
    good: { 'signed by an authority': { certificates: [certificate()] } },
    bad: {
      'openssl req -x509': {
        servedCertificate: certificate({ path: 'served', selfSigned: true, authority: true }),
        settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'no' }),
      },
      'client certificates rest on it': {
        certificates: [certificate({ authority: true })],
        settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'yes' }),
      },
    },
    other: {
      'no TLS': { facts: { settings: settings({ 'tls-port': '0' }) }, verdict: 'not-applicable' },
      'nothing was seen': { facts: {}, verdict: 'unknown' },
    },
  },
});
