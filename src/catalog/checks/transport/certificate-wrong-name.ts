import { isAddress } from '../../../lang/address/index.ts';
import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { certificate, endpoint } from '../../example-facts.ts';
import { staysHere } from '../../readings/listening.ts';
import { listed } from '../../readings/values.ts';

/** Whether a name of a certificate stands for a host; `*` is one label, and only the first. */
function names(pattern: string, host: string): boolean {
  const [a, b] = [pattern.toLowerCase().replace(/\.$/, ''), host.toLowerCase().replace(/\.$/, '')];
  if (a === b) return true;
  return a.startsWith('*.') && b.includes('.') && b.slice(b.indexOf('.')) === a.slice(1);
}

const isPlaceholder = (name: string): boolean =>
  staysHere(name) || /^(?:localhost\.localdomain|(?:www\.)?example\.(?:com|org|net))$/i.test(name);

export default defineCheck({
  title: 'The served certificate does not name this server',
  severity: 'medium',
  why: 'A client that compares the name refuses it, so clients are told not to compare; then any certificate of the same authority will do to stand in between. The common name alone counts for nothing today: names are read from subjectAltName.',
  remedy: 'Issue a certificate whose subjectAltName has the names and addresses that clients connect to.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['servedCertificate', 'endpoint'],
  judge({ servedCertificate: { names: all, subject }, endpoint: { address, tls } }) {
    if (tls === undefined) return notApplicable('this connection does not use TLS');
    const goal = {
      kind: 'certificate',
      path: 'served',
      need: 'subjectAltName with the names that clients use',
    } as const;
    if (all.length === 0)
      return failEach([
        fault(`the certificate ${subject} has no subjectAltName`, [goal], { severity: 'low' }),
      ]);
    // Whoever verified the chain has compared the name as well.
    if (tls.trusted === true) return pass;
    if (all.some((name) => names(name, address))) return pass;
    if (staysHere(address) || address.startsWith('/')) return pass;
    if (all.every(isPlaceholder))
      return failEach([fault(`the certificate is only for ${listed(all)}; connected to ${address}`, [goal])]);
    return isAddress(address)
      ? undecided(`it names ${listed(all)}; whether clients use these names or ${address} is not known`)
      : failEach([fault(`the certificate is for ${listed(all)}; connected to ${address}`, [goal])]);
  },
  examples: {
    good: {
      'its name': { servedCertificate: certificate(), endpoint: endpoint('redis.example.net', {}) },
      'a wildcard': {
        servedCertificate: certificate({ names: ['*.cache.example.net'] }),
        endpoint: endpoint('a.cache.example.net', {}),
      },
      'its address': {
        servedCertificate: certificate({ names: ['10.0.0.5'] }),
        endpoint: endpoint('10.0.0.5', {}),
      },
      'asked on the host itself': { servedCertificate: certificate(), endpoint: endpoint('127.0.0.1', {}) },
    },
    bad: {
      'another name': {
        servedCertificate: certificate(),
        endpoint: endpoint('cache.example.net', { trusted: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      },
      'a wildcard takes one label': {
        servedCertificate: certificate({ names: ['*.example.net'] }),
        endpoint: endpoint('a.cache.example.net', { trusted: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      },
      'no names': {
        servedCertificate: certificate({ names: [] }),
        endpoint: endpoint('10.0.0.5', { trusted: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      },
      'made for a test': {
        servedCertificate: certificate({ names: ['localhost', '127.0.0.1'] }),
        endpoint: endpoint('10.0.0.5', { trusted: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      },
    },
    other: {
      'an address, while it has names': {
        facts: {
          servedCertificate: certificate(),
          endpoint: endpoint('10.0.0.5', { trusted: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }),
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
