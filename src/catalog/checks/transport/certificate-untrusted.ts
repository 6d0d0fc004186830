import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { certificate, endpoint } from '../../example-facts.ts';
import { nameOf } from '../../readings/certificates.ts';

export default defineCheck({
  title: 'The served certificate is vouched for by nobody',
  severity: 'low',
  why: 'A certificate signed by itself can be trusted only by giving each client that very certificate. Where that is too much work verification is switched off, and TLS then keeps out nobody who stands in between.',
  remedy:
    'Run a small authority of your own, sign the server’s certificate with it, and give its root to the clients and to tls-ca-cert-file.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['servedCertificate', 'endpoint'],
  judge({ servedCertificate: served, endpoint: { tls } }) {
    if (tls === undefined) return notApplicable('this connection does not use TLS');
    if (tls.trusted === true) return pass;
    if (served.selfSigned) {
      return failEach([
        fault(`${nameOf(served)} is signed by itself`, [
          { kind: 'certificate', path: 'served', need: 'a signature of an authority that the clients know' },
        ]),
      ]);
    }
    // The chain holds; names and dates have checks of their own.
    if (/ALTNAME|EXPIRED|NOT_YET_VALID/.test(tls.trusted)) return pass;
    // Most likely an authority of their own that was not given to us: no fault of the server.
    return undecided(`the authority ${served.issuer} is not known here (${tls.trusted}); give --tls-ca`);
  },
  examples: {
    good: {
      trusted: { servedCertificate: certificate(), endpoint: endpoint('redis.example.net', {}) },
      'only its name is another': {
        servedCertificate: certificate({ path: 'served' }),
        endpoint: endpoint('10.0.0.5', { trusted: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      },
    },
    bad: {
      'by itself': {
        servedCertificate: certificate({ path: 'served', issuer: 'CN=redis.example.net', selfSigned: true }),
        endpoint: endpoint('redis.example.net', { trusted: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      },
    },
    other: {
      'an authority that we were not given': {
        facts: {
          servedCertificate: certificate({ path: 'served' }),
          endpoint: endpoint('redis.example.net', { trusted: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }),
        },
        verdict: 'unknown',
      },
      'a plain connection': {
        facts: { servedCertificate: certificate(), endpoint: endpoint('10.0.0.5') },
        verdict: 'not-applicable',
      },
    },
  },
});
