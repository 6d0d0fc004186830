import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { certificate, settings } from '../../example-facts.ts';
import { speaksTls } from '../../readings/certificates.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server serves another certificate than its file holds',
  severity: 'medium',
  why: 'The file was renewed and the server still serves the old one from memory: it expires on the running server while every check of the file is green. Or something else answers on the port.',
  remedy:
    'Load the certificate file with CONFIG SET tls-cert-file … (the same path will do), and let the renewal do that from now on.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: [],
  uses: ['servedCertificate', 'certificates', 'settings', 'endpoint'],
  judge(_, { servedCertificate: served, certificates, settings: values, endpoint }) {
    if (speaksTls(values, endpoint) === false) return notApplicable('the server does not speak TLS');
    if (!served.known) return undecided('the served certificate was not seen: connect over TLS to compare');
    if (!certificates.known || !values.known) return undecided('the certificate file was not read');
    const path = textOf(values.value, 'tls-cert-file');
    const filed = certificates.value.find(
      (one) => path !== undefined && path !== '' && (one.path === path || one.path.endsWith(`/${path}`)),
    );
    if (path === undefined || filed === undefined) return undecided('the certificate file was not read');
    if (filed.sha256 === served.value.sha256) return failEach([]);
    return failEach([
      fault(
        `served: ${served.value.subject}, until ${served.value.validTo.slice(0, 10)}; ${path}: ${filed.subject}, until ${filed.validTo.slice(0, 10)}`,
        [{ kind: 'certificate', path, need: 'to be loaded into the running server' }],
        { where: { file: path } },
      ),
    ]);
  },
  examples: {
    good: {
      'the same': {
        servedCertificate: certificate({ path: 'served' }),
        certificates: [certificate()],
        settings: settings({ 'tls-port': '6380', 'tls-cert-file': '/etc/redis/tls/redis.crt' }),
      },
    },
    bad: {
      'renewed on disk only': {
        servedCertificate: certificate({ path: 'served' }),
        certificates: [certificate({ sha256: 'AA:99', validTo: '2027-12-31T00:00:00.000Z' })],
        settings: settings({ 'tls-port': '6380', 'tls-cert-file': '/etc/redis/tls/redis.crt' }),
      },
    },
    other: {
      'no TLS': { facts: { settings: settings({ 'tls-port': '0' }) }, verdict: 'not-applicable' },
      'asked over the plain port': {
        facts: {
          certificates: [certificate()],
          settings: settings({ 'tls-port': '6380', 'tls-cert-file': '/etc/redis/tls/redis.crt' }),
        },
        verdict: 'unknown',
      },
    },
  },
});
