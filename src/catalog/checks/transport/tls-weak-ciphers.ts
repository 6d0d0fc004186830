import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { endpoint, settings } from '../../example-facts.ts';
import { speaksTls } from '../../readings/certificates.ts';
import { listed, textOf } from '../../readings/values.ts';

const broken = new Set(
  'NULL ENULL ANULL EXP EXPORT EXPORT40 EXPORT56 RC4 RC2 DES CBC3 3DES MD5 ADH AECDH LOW IDEA SEED COMPLEMENTOFALL COMPLEMENTOFDEFAULT'.split(
    ' ',
  ),
);

/** Parts of one cipher or class that are broken: `DES-CBC3-SHA` has `DES`. */
const brokenParts = (word: string): readonly string[] =>
  word
    .toUpperCase()
    .split(/[-+_]/)
    .filter((part) => broken.has(part));

/** Words of an OpenSSL cipher list that bring in something broken that no `!` takes away for good. */
function weakWords(list: string): readonly string[] {
  // `@SECLEVEL=` may hang on another word.
  const words = list
    .slice(0, 4096)
    .replaceAll('@', ':@')
    .split(/[\s:,]+/);
  const never = new Set(
    words.filter((word) => word.startsWith('!')).map((word) => word.slice(1).toUpperCase()),
  );
  return words.filter((word) => {
    if (/^@SECLEVEL=[01]$/i.test(word)) return true;
    if (/^[!\-+@]/.test(word)) return false;
    if (word.toUpperCase() === 'ALL') return !never.has('ANULL');
    const parts = brokenParts(word);
    return parts.length > 0 && !parts.some((part) => never.has(part)) && !never.has(word.toUpperCase());
  });
}

export default defineCheck({
  title: 'Weak TLS ciphers are accepted',
  severity: 'medium',
  why: 'Ciphers without encryption or without authentication (NULL, aNULL), and broken ones (RC4, DES, 3DES, EXPORT, MD5), give those who stand in between what TLS was to keep from them. The library’s own list has none of them.',
  remedy:
    'Take tls-ciphers out of the configuration, or set it to "HIGH:!aNULL:!MD5"; TLS 1.3 has a list of its own.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: [],
  uses: ['settings', 'endpoint'],
  judge(_, { settings: values, endpoint: met }) {
    if (speaksTls(values, met) === false) return notApplicable('the server does not speak TLS');
    const list = values.known ? (textOf(values.value, 'tls-ciphers') ?? '') : '';
    const used = met.known ? met.value.tls?.cipher : undefined;
    const weak = weakWords(list);
    const metWith = used !== undefined && brokenParts(used).length > 0 ? used : undefined;
    if (weak.length === 0 && metWith === undefined)
      return values.known ? failEach([]) : undecided('tls-ciphers is not known');
    return failEach([
      fault(
        weak.length > 0
          ? `tls-ciphers has ${listed(weak)}`
          : `the connection came about with ${metWith ?? ''}`,
        [{ kind: 'setting', name: 'tls-ciphers', value: 'HIGH:!aNULL:!MD5' }],
        { where: values.known ? values.value['tls-ciphers']?.where : undefined },
      ),
    ]);
  },
  examples: {
    good: {
      'the default': { settings: settings({ 'tls-port': '6380', 'tls-ciphers': '' }) },
      'the sample’s': { settings: settings({ 'tls-port': '6380', 'tls-ciphers': 'DEFAULT:!MEDIUM' }) },
      'taken away for good': {
        settings: settings({ 'tls-port': '6380', 'tls-ciphers': 'ALL:!aNULL:!eNULL:RC4:!RC4' }),
      },
      'modern ones': {
        settings: settings({
          'tls-port': '6380',
          'tls-ciphers': 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305',
        }),
      },
    },
    bad: {
      everything: { settings: settings({ 'tls-port': '6380', 'tls-ciphers': 'ALL' }) },
      'one old one': { settings: settings({ 'tls-port': '6380', 'tls-ciphers': 'AES128-SHA:DES-CBC3-SHA' }) },
      'a lowered level': { settings: settings({ 'tls-port': '6380', 'tls-ciphers': 'DEFAULT@SECLEVEL=0' }) },
      'as it was met': { endpoint: endpoint('10.0.0.5', { protocol: 'TLSv1.2', cipher: 'DES-CBC3-SHA' }) },
    },
    other: {
      'no TLS': { facts: { settings: settings({ 'tls-port': '0' }) }, verdict: 'not-applicable' },
      'one connection proves nothing': { facts: { endpoint: endpoint('10.0.0.5', {}) }, verdict: 'unknown' },
    },
  },
});
