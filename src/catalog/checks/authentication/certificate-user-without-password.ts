import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { identity, settings, user } from '../../example-facts.ts';
import { hasCertificateUsers } from '../../readings/release.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'A user meant for certificates logs in with any password',
  severity: 'critical',
  why: 'Where a client certificate names the user (Redis 8.6, Valkey 9), the user needs no password, and people write nopass. But nopass lets anyone log in as that user with AUTH and any text, with no certificate of that name.',
  remedy:
    'Take nopass from the user: ACL SETUSER name resetpass. With no password and no nopass, only its certificate gets in.',
  links: [
    'https://valkey.io/topics/encryption/',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/',
  ],
  needs: ['settings', 'users', 'identity'],
  judge({ settings: values, users, identity: who }) {
    const field = textOf(values, 'tls-auth-clients-user') ?? 'off';
    if (field === 'off' || field === '' || hasCertificateUsers(who) === false)
      return notApplicable('certificates name no users here');
    return failEach(
      users
        .filter(({ name, enabled, noPassword }) => name !== 'default' && enabled && noPassword)
        .map(({ name, where }) =>
          fault(
            `user ${name} is on with nopass, while tls-auth-clients-user is ${field}`,
            [{ kind: 'user', name, rules: ['resetpass'] }],
            { opens: { as: name }, where },
          ),
        ),
    );
  },
  examples: {
    good: {
      resetpass: {
        settings: settings({ 'tls-auth-clients-user': 'CN' }),
        users: [user('alice', { passwords: [] })],
        identity: identity({ version: '8.6.3' }),
      },
    },
    bad: {
      nopass: {
        settings: settings({ 'tls-auth-clients-user': 'URI' }),
        users: [user('alice', { noPassword: true, passwords: [] })],
        identity: identity({ product: 'valkey', version: '9.1.2' }),
      },
    },
    other: {
      'mapping off': {
        facts: {
          settings: settings({ 'tls-auth-clients-user': 'off' }),
          users: [user('alice', { noPassword: true })],
          identity: identity({ version: '8.6.3' }),
        },
        verdict: 'not-applicable',
      },
      'an older server': {
        facts: { settings: {}, users: [user('alice')], identity: identity() },
        verdict: 'not-applicable',
      },
    },
  },
});
