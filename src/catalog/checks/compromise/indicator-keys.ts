import { defineCheck, fail, pass } from '../../define-check.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'Keys of a known intrusion are in the data set',
  severity: 'critical',
  why: 'Worms and ransom gangs store their payload or their note under the same few names (backup1 to backup4, crackit, a README). The owner’s applications have no such keys.',
  remedy:
    'Look at the keys’ values without running them. If they hold a crontab line, an SSH key or a note, treat the host as taken and rebuild it; do not pay.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['indicatorKeys'],
  judge: ({ indicatorKeys }) =>
    indicatorKeys.length === 0
      ? pass
      : fail(`${indicatorKeys.length === 1 ? 'key' : 'keys'} ${listed(indicatorKeys, 10)}`, {
          kind: 'investigate',
          what: `the values of ${listed(indicatorKeys, 10)}, and the host’s cron and SSH keys`,
        }),
  examples: {
    good: { none: { indicatorKeys: [] } },
    bad: {
      'the rsh.sh worm': { indicatorKeys: ['db0:backup1', 'db0:backup2', 'db0:backup3', 'db0:backup4'] },
      crackit: { indicatorKeys: ['db0:crackit'] },
    },
  },
});
