import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { identity, secret, settings } from '../../example-facts.ts';
import { hasUsers } from '../../readings/release.ts';
import { secretOf, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Replication logs in as the master’s default user',
  severity: 'low',
  why: 'masterauth without masteruser is the password of the default user, most often with all rights, and it stands in clear text in the file of every replica: who reads one of them owns the master.',
  remedy:
    'Make a user for replication on every node (ACL SETUSER replica on >… resetkeys resetchannels -@all +psync +replconf +ping), then set masteruser replica and masterauth with its password, masters too.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#acl-rules-for-sentinel-and-replicas',
  ],
  needs: ['settings', 'identity'],
  judge({ settings: values, identity: who }) {
    if (hasUsers(who) === false) return notApplicable('this version has no users');
    const name = ['masterauth', 'primaryauth'].find((one) => secretOf(values, one) !== undefined);
    if (name === undefined) return notApplicable('no password for a master is set');
    const user = textOf(values, 'masteruser') ?? textOf(values, 'primaryuser');
    if (user !== undefined && user !== '' && user !== 'default') return pass;
    return failEach([
      fault(
        `${name} is set, and masteruser is ${user === 'default' ? 'default' : 'not'}`,
        [{ kind: 'setting', name: 'masteruser', ask: 'a user for replication that the master has' }],
        { where: values[name]?.where },
      ),
    ]);
  },
  examples: {
    good: {
      'a user for it': {
        settings: settings({ masterauth: secret('strong'), masteruser: 'replica' }),
        identity: identity(),
      },
    },
    bad: {
      'the default user': {
        settings: settings({ masterauth: secret('strong'), masteruser: '' }),
        identity: identity(),
      },
    },
    other: {
      'before 6.0': {
        facts: {
          settings: settings({ masterauth: secret('strong') }),
          identity: identity({ version: '5.0.14' }),
        },
        verdict: 'not-applicable',
      },
      'no replication': {
        facts: { settings: settings({ masterauth: secret('empty') }), identity: identity() },
        verdict: 'not-applicable',
      },
    },
  },
});
