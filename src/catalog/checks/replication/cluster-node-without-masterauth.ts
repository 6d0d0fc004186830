import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { secret, settings, user } from '../../example-facts.ts';
import { secretOf, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'A node of the cluster cannot copy from the others once roles change',
  severity: 'medium',
  why: 'The node asks for a password and has none to show: after a failover it is a replica that its master refuses. Data then has one copy less, and the quick cure is to take the password away.',
  remedy:
    'Set masterauth (and masteruser) on every node, masters too: after a failover each may be a replica.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#setting-a-replica-to-authenticate-to-a-master',
  ],
  needs: ['settings', 'users'],
  judge({ settings: values, users }) {
    if (textOf(values, 'cluster-enabled') !== 'yes')
      return notApplicable('the server is no node of a cluster');
    const main = users.find(({ name }) => name === 'default');
    if (main?.enabled === true && main.noPassword)
      return notApplicable('there is no password in this cluster');
    if (secretOf(values, 'masterauth') !== undefined || secretOf(values, 'primaryauth') !== undefined)
      return pass;
    if (textOf(values, 'tls-replication') === 'yes') return notApplicable('certificates may be its login');
    return failEach([
      fault(
        'a login is needed here, and masterauth is empty',
        [{ kind: 'setting', name: 'masterauth', ask: 'the password of a user for replication' }],
        {
          where: values['cluster-enabled']?.where,
        },
      ),
    ]);
  },
  examples: {
    good: {
      both: {
        settings: settings({ 'cluster-enabled': 'yes', masterauth: secret('strong') }),
        users: [user('default')],
      },
    },
    bad: {
      'requirepass alone': {
        settings: settings({ 'cluster-enabled': 'yes', masterauth: secret('empty') }),
        users: [user('default')],
      },
    },
    other: {
      'no cluster': {
        facts: { settings: settings({ 'cluster-enabled': 'no' }), users: [user('default')] },
        verdict: 'not-applicable',
      },
      'no password': {
        facts: {
          settings: settings({ 'cluster-enabled': 'yes' }),
          users: [user('default', { noPassword: true, passwords: [] })],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
