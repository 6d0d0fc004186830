import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { certificate, settings, user } from '../../example-facts.ts';
import { portOf } from '../../readings/listening.ts';
import { textOf } from '../../readings/values.ts';

/** Where systems keep the authorities of the whole Web. */
const systemStores: ReadonlySet<string> = new Set([
  '/etc/ssl/certs',
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/ssl/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cert.pem',
  '/etc/pki/tls/certs',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/usr/lib/ssl/certs',
  '/usr/share/ca-certificates',
  '/usr/share/ca-certificates/mozilla',
  '/usr/local/etc/openssl/cert.pem',
  '/usr/local/share/certs/ca-root-nss.crt',
  '/var/lib/ca-certificates/ca-bundle.pem',
  '/var/lib/ca-certificates/pem',
]);
const isSystem = (path: string): boolean => systemStores.has(path.replace(/\/+$/, ''));

/** More authorities than anybody runs by themselves. */
const tooMany = 20;

export default defineCheck({
  title: 'A client certificate of any public authority is accepted',
  severity: 'medium',
  why: 'The authorities that tls-ca-cert-file or tls-ca-cert-dir name decide whose certificates get in. With the store of the system, anybody who owns a domain name gets an accepted client certificate for nothing.',
  remedy:
    'Point tls-ca-cert-file at one authority of your own that signs only clients of this server, and leave tls-ca-cert-dir empty.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['settings'],
  uses: ['certificates', 'users'],
  judge({ settings: values }, { certificates, users }) {
    const asked = textOf(values, 'tls-auth-clients');
    if (portOf(values, 'tls-port') === undefined || asked === 'no' || asked === undefined)
      return notApplicable('no client certificates are asked for');
    const open =
      users.known &&
      users.value.some(({ name, enabled, noPassword }) => name === 'default' && enabled && noPassword);
    const mapped = !['off', '', undefined].includes(textOf(values, 'tls-auth-clients-user'));
    return failEach(
      ['tls-ca-cert-file', 'tls-ca-cert-dir'].flatMap((name) => {
        const path = textOf(values, name) ?? '';
        const count = certificates.known ? certificates.value.filter((one) => one.path === path).length : 0;
        if (path === '' || !(isSystem(path) || count > tooMany)) return [];
        return [
          fault(
            `${name} is ${path}${count > tooMany ? `, with ${count} authorities` : ''}`,
            [
              name === 'tls-ca-cert-dir'
                ? { kind: 'setting', name, value: '' }
                : { kind: 'setting', name, ask: 'the file of an authority of your own' },
            ],
            {
              opens: {},
              where: values[name]?.where,
              // Where the certificate is the login, this is no lock at all.
              severity: open || mapped ? 'high' : 'medium',
            },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'an authority of their own': {
        settings: settings({
          'tls-port': '6380',
          'tls-auth-clients': 'yes',
          'tls-ca-cert-file': '/etc/redis/tls/ca.crt',
          'tls-ca-cert-dir': '',
        }),
        certificates: [certificate({ path: '/etc/redis/tls/ca.crt', authority: true })],
      },
      'one file below the system’s folder': {
        settings: settings({
          'tls-port': '6380',
          'tls-auth-clients': 'yes',
          'tls-ca-cert-file': '/etc/ssl/certs/our-redis-ca.pem',
        }),
      },
    },
    bad: {
      'as in the sample file, uncommented': {
        settings: settings(
          { 'tls-port': '6380', 'tls-auth-clients': 'yes', 'tls-ca-cert-dir': '/etc/ssl/certs' },
          'file',
        ),
      },
      'the bundle, and a certificate is the login': {
        settings: settings({
          'tls-port': '6380',
          'tls-auth-clients': 'yes',
          'tls-ca-cert-file': '/etc/ssl/certs/ca-certificates.crt',
        }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'a bundle under another name': {
        settings: settings({
          'tls-port': '6380',
          'tls-auth-clients': 'optional',
          'tls-ca-cert-file': '/data/ca.pem',
        }),
        certificates: Array.from({ length: 140 }, (_, n) =>
          certificate({ path: '/data/ca.pem', authority: true, sha256: `${n}` }),
        ),
      },
    },
    other: {
      'nobody is asked': {
        facts: {
          settings: settings({
            'tls-port': '6380',
            'tls-auth-clients': 'no',
            'tls-ca-cert-dir': '/etc/ssl/certs',
          }),
        },
        verdict: 'not-applicable',
      },
    },
  },
});
