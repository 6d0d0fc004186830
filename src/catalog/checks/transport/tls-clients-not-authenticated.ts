import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { settings, user } from '../../example-facts.ts';
import { portOf } from '../../readings/listening.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'TLS clients need no certificate',
  severity: 'low',
  why: 'With tls-auth-clients no or optional, the port talks to any TLS client, so the password is the only lock, and every hole that needs no login is open to whoever reaches the port. The default asks for a certificate.',
  remedy: 'Issue certificates to the clients from an authority of your own, then set tls-auth-clients yes.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['settings'],
  uses: ['users'],
  judge({ settings: values }, { users }) {
    if (portOf(values, 'tls-port') === undefined) return notApplicable('there is no TLS port');
    const asked = textOf(values, 'tls-auth-clients');
    if (asked !== 'no' && asked !== 'optional') return failEach([]);
    const open =
      users.known &&
      users.value.some(({ name, enabled, noPassword }) => name === 'default' && enabled && noPassword);
    return failEach([
      fault(
        `tls-auth-clients is ${asked}${open ? ', and the default user needs no password' : ''}`,
        [{ kind: 'setting', name: 'tls-auth-clients', value: 'yes' }],
        { opens: {}, where: values['tls-auth-clients']?.where, severity: open ? 'medium' : 'low' },
      ),
    ]);
  },
  examples: {
    good: { 'the default': { settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'yes' }) } },
    bad: {
      no: { settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'no' }), users: [user('default')] },
      optional: {
        settings: settings({ 'tls-port': '6380', 'tls-auth-clients': 'optional' }, 'file'),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
    },
    other: {
      'no TLS port': {
        facts: { settings: settings({ 'tls-port': '0', 'tls-auth-clients': 'no' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
