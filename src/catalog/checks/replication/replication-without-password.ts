import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { replication, secret, settings } from '../../example-facts.ts';
import { isLoopback } from '../../readings/listening.ts';
import { secretOf, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The master hands all its data to a replica that has no password',
  severity: 'high',
  why: 'The replica has no masterauth and its link is up: so the master lets it in without one, and anybody else who speaks SYNC to it. That is a copy of everything in one command.',
  remedy:
    'Give the master a user for replication (`+psync +replconf +ping`) and take nopass from its default user; set masteruser and masterauth here first.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#setting-a-replica-to-authenticate-to-a-master',
  ],
  needs: ['settings', 'replication'],
  judge({ settings: values, replication: { role, masterHost, masterPort, linkUp } }) {
    if (role !== 'replica' || masterHost === undefined) return notApplicable('the server is no replica');
    if (values.masterauth === undefined && values.primaryauth === undefined)
      return notApplicable('whether it has a password is not known');
    if (secretOf(values, 'masterauth') !== undefined || secretOf(values, 'primaryauth') !== undefined)
      return pass;
    // A certificate may be the login there: Redis 8.6, Valkey 9.
    if (textOf(values, 'tls-replication') === 'yes')
      return undecided('a client certificate may be its login to the master');
    const master = `${masterHost}:${masterPort ?? 6379}`;
    const away = !isLoopback(masterHost);
    return failEach([
      fault(
        linkUp === true
          ? `${master} lets it copy without a password`
          : `copies from ${master}, with no password to show`,
        [{ kind: 'setting', name: 'masterauth', ask: 'the password of a user for replication' }],
        {
          where: values.replicaof?.where ?? values.slaveof?.where,
          severity: linkUp === true ? (away ? 'high' : 'medium') : 'low',
        },
      ),
    ]);
  },
  examples: {
    good: {
      'a password': {
        settings: settings({ masterauth: secret('strong') }),
        replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379, linkUp: true }),
      },
    },
    bad: {
      'an open master': {
        settings: settings({ masterauth: secret('empty') }),
        replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379, linkUp: true }),
      },
      'a file alone': {
        settings: settings({ masterauth: secret('empty') }, 'default'),
        replication: replication({ role: 'replica', masterHost: '10.0.0.5' }),
      },
    },
    other: {
      'a master': {
        facts: { settings: settings({ masterauth: secret('empty') }), replication: replication() },
        verdict: 'not-applicable',
      },
      'perhaps by certificate': {
        facts: {
          settings: settings({ masterauth: secret('empty'), 'tls-replication': 'yes' }),
          replication: replication({ role: 'replica', masterHost: '10.0.0.5', linkUp: true }),
        },
        verdict: 'unknown',
      },
    },
  },
});
