import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { closeDefault } from '../../readings/default-user.ts';
import { settings, user } from '../../example-facts.ts';
import { portOf } from '../../readings/listening.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'A client certificate stands in for a login, and names nobody',
  severity: 'medium',
  why: 'tls-auth-clients yes only checks that some trusted authority signed the certificate: whoever holds any of them is the default user, with all its rights. Only tls-auth-clients-user (Redis 8.6, Valkey 9) maps a certificate to a user.',
  remedy:
    'Give the default user a password, or named users to the clients and then default resetpass off. Where the version has it (Redis 8.6, Valkey 9), let tls-auth-clients-user CN name the user, and make those users resetpass.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['settings', 'users'],
  judge({ settings: values, users }) {
    if (portOf(values, 'tls-port') === undefined || textOf(values, 'tls-auth-clients') !== 'yes')
      return notApplicable('no client certificates are asked for');
    const open = users.find(({ name, enabled, noPassword }) => name === 'default' && enabled && noPassword);
    if (open === undefined) return pass;
    const field = textOf(values, 'tls-auth-clients-user') ?? 'off';
    const mapped = field !== 'off' && field !== '';
    return failEach([
      fault(
        mapped
          ? `the default user needs no password: a certificate whose ${field} names no user still gets in`
          : 'tls-auth-clients is yes and the default user needs no password: any accepted certificate is the default user',
        [closeDefault(users)],
        { opens: { as: 'default' }, where: open.where },
      ),
    ]);
  },
  examples: {
    good: {
      'a password beside the certificate': {
        settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'yes' }),
        users: [user('default')],
      },
      'certificates name users': {
        settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'yes', 'tls-auth-clients-user': 'CN' }),
        users: [user('default', { enabled: false, passwords: [] }), user('alice', { passwords: [] })],
      },
    },
    bad: {
      'mutual TLS, taken for a login': {
        settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'yes' }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'mapped, and still open': {
        settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'yes', 'tls-auth-clients-user': 'CN' }),
        users: [user('default', { noPassword: true, passwords: [] }), user('alice', { passwords: [] })],
      },
    },
    other: {
      'no client certificates': {
        facts: {
          settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'no' }),
          users: [user('default')],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
