import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { replication, settings } from '../../example-facts.ts';
import { listed, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'A restart of this master empties its replicas too',
  severity: 'low',
  why: 'With neither save nor appendonly a master comes back empty. Where something restarts it before a Sentinel notices, the replicas copy the emptiness, and the data is gone from everywhere. One SHUTDOWN is then as good as FLUSHALL.',
  remedy:
    'Turn persistence on while the master runs (CONFIG SET appendonly yes, then CONFIG REWRITE), or make sure that it is not restarted by itself. Never in the file alone: a start with appendonly yes and no such file yet begins empty.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#safety-of-replication-when-master-has-persistence-turned-off',
  ],
  needs: ['settings', 'replication'],
  judge({ settings: values, replication: { role, replicas } }) {
    if (role !== 'master' || replicas.length === 0) return notApplicable('it has no replicas');
    if (textOf(values, 'save') === undefined) return notApplicable('whether it saves is not known');
    if (textOf(values, 'save') !== '' || textOf(values, 'appendonly') === 'yes') return pass;
    return failEach([
      fault(
        `save is empty and appendonly is no, with replicas ${listed(replicas)}`,
        [{ kind: 'setting', name: 'appendonly', value: 'yes' }],
        {
          where: values.save?.where,
        },
      ),
    ]);
  },
  examples: {
    good: {
      'it saves': {
        settings: settings({ save: '3600 1', appendonly: 'no' }),
        replication: replication({ replicas: ['10.0.0.6:6379'] }),
      },
      'an append-only file': {
        settings: settings({ save: '', appendonly: 'yes' }),
        replication: replication({ replicas: ['10.0.0.6:6379'] }),
      },
    },
    bad: {
      neither: {
        settings: settings({ save: '', appendonly: 'no' }),
        replication: replication({ replicas: ['10.0.0.6:6379'] }),
      },
    },
    other: {
      'a cache by itself': {
        facts: { settings: settings({ save: '', appendonly: 'no' }), replication: replication() },
        verdict: 'not-applicable',
      },
    },
  },
});
