import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { replication, settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The replica takes writes',
  severity: 'medium',
  why: 'What is written to a replica is in no other copy and vanishes at the next full copy; clients that read there see data that the master never had. Intruders set it so to load what they copied from their own master.',
  remedy:
    'Set replica-read-only yes (slave-read-only before 5.0) on the replica, and write it down with CONFIG REWRITE.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#read-only-replica'],
  needs: ['settings', 'replication'],
  judge({ settings: values, replication: { role } }) {
    const name = ['replica-read-only', 'slave-read-only'].find((one) => textOf(values, one) !== undefined);
    if (name === undefined) return notApplicable('the server has no such setting');
    if (textOf(values, name) !== 'no') return pass;
    return failEach([
      fault(
        `${name} is no${role === 'replica' ? '' : '; the server is a master now'}`,
        [{ kind: 'setting', name, value: 'yes' }],
        { where: values[name]?.where, severity: role === 'replica' ? 'medium' : 'low' },
      ),
    ]);
  },
  examples: {
    good: {
      'as installed': {
        settings: settings({ 'replica-read-only': 'yes' }),
        replication: replication({ role: 'replica' }),
      },
    },
    bad: {
      'a replica': {
        settings: settings({ 'replica-read-only': 'no' }),
        replication: replication({ role: 'replica', masterHost: '10.0.0.5' }),
      },
      'one to be, under the old name': {
        settings: settings({ 'slave-read-only': 'no' }, 'file'),
        replication: replication(),
      },
    },
    other: {
      'no such setting': {
        facts: { settings: settings({}), replication: replication() },
        verdict: 'not-applicable',
      },
    },
  },
});
