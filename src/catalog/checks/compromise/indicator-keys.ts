import { defineCheck, failEach, fault } from '../../define-check.ts';
import { listed } from '../../readings/values.ts';

/** Names that an application might use too: one of them alone is a hint. */
const everyday = /:(?:backup\d?|readme|read_me|warning)$/i;

export default defineCheck({
  title: 'Keys of a known intrusion are in the data set',
  severity: 'critical',
  why: 'Worms and ransom gangs store their payload or their note under the same few names (backup1 to backup4, crackit, a README). The owner’s applications have no such keys.',
  remedy:
    'Look at the keys’ values without running them. If they hold a crontab line, an SSH key or a note, treat the host as taken and rebuild it; do not pay.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['indicatorKeys'],
  judge({ indicatorKeys }) {
    if (indicatorKeys.length === 0) return failEach([]);
    const alone = indicatorKeys.length === 1 && indicatorKeys.every((key) => everyday.test(key));
    const names = listed(indicatorKeys, 10);
    return failEach([
      fault(
        alone ? `key ${names}, a name that an application might use too` : `keys ${names}`,
        [{ kind: 'investigate', what: `the values of ${names}, and the host’s cron and SSH keys` }],
        { severity: alone ? 'medium' : 'critical' },
      ),
    ]);
  },
  examples: {
    good: { none: { indicatorKeys: [] } },
    bad: {
      'the rsh.sh worm': { indicatorKeys: ['db0:backup1', 'db0:backup2', 'db0:backup3', 'db0:backup4'] },
      'one that may be honest': { indicatorKeys: ['db3:backup1'] },
      crackit: { indicatorKeys: ['db0:crackit'] },
    },
  },
});
