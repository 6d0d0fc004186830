import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { endpoint, settings } from '../../example-facts.ts';
import { speaksTls } from '../../readings/certificates.ts';
import { textOf } from '../../readings/values.ts';

/** `TLSv1`, `TLSv1.0`, `TLSv1.1`, and what was before TLS. */
const isOld = (protocol: string): boolean => /^(?:sslv\d|tlsv1(?:\.[01])?)$/i.test(protocol);

export default defineCheck({
  title: 'TLS 1.0 or 1.1 is accepted',
  severity: 'medium',
  why: 'Both are withdrawn (RFC 8996): they rest on SHA-1 and MD5, and whoever stands in between can push two newer ends down to them. Left empty, tls-protocols means TLS 1.2 and 1.3.',
  remedy: 'Set tls-protocols "TLSv1.2 TLSv1.3".',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/',
    'https://www.rfc-editor.org/rfc/rfc8996',
  ],
  needs: [],
  uses: ['settings', 'endpoint'],
  judge(_, { settings: values, endpoint: met }) {
    const speaks = speaksTls(values, met);
    if (speaks === false) return notApplicable('the server does not speak TLS');
    const used = met.known ? met.value.tls?.protocol : undefined;
    const named = values.known ? (textOf(values.value, 'tls-protocols') ?? '').split(/[\s,]+/) : [];
    const old = [...named, ...(used ? [used] : [])].filter(isOld);
    if (old.length === 0) return values.known ? failEach([]) : undecided('tls-protocols is not known');
    return failEach([
      fault(
        named.some(isOld)
          ? `tls-protocols is ${named.join(' ')}`
          : `the connection came about with ${used ?? ''}`,
        [{ kind: 'setting', name: 'tls-protocols', value: 'TLSv1.2 TLSv1.3' }],
        { where: values.known ? values.value['tls-protocols']?.where : undefined },
      ),
    ]);
  },
  examples: {
    good: {
      'the default': { settings: settings({ 'tls-port': '6380', 'tls-protocols': '' }) },
      'newer ones': { settings: settings({ 'tls-port': '6380', 'tls-protocols': 'TLSv1.2 TLSv1.3' }) },
    },
    bad: {
      'for an old client': {
        settings: settings({ 'tls-port': '6380', 'tls-protocols': 'TLSv1 TLSv1.1 TLSv1.2' }, 'file'),
      },
      'as it was met': { endpoint: endpoint('10.0.0.5', { protocol: 'TLSv1.1' }) },
    },
    other: {
      'no TLS': { facts: { settings: settings({ 'tls-port': '0' }) }, verdict: 'not-applicable' },
      'one connection proves nothing': { facts: { endpoint: endpoint('10.0.0.5', {}) }, verdict: 'unknown' },
    },
  },
});
