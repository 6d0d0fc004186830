import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server goes on when it can no longer save',
  severity: 'low',
  why: 'When a save fails, for a full disk or a folder whose mode was changed, nobody notices until the restart that loses days. It is also the first thing that worms set before they turn the dump into a crontab.',
  remedy: 'Set stop-writes-on-bgsave-error yes, and watch rdb_last_bgsave_status.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/'],
  needs: ['settings'],
  judge({ settings: values }) {
    const value = textOf(values, 'stop-writes-on-bgsave-error');
    if (value === undefined) return notApplicable('the server has no such setting');
    if (value !== 'no') return pass;
    return failEach([
      fault(
        'stop-writes-on-bgsave-error is no',
        [{ kind: 'setting', name: 'stop-writes-on-bgsave-error', value: 'yes' }],
        { where: values['stop-writes-on-bgsave-error']?.where },
      ),
    ]);
  },
  examples: {
    good: { 'as installed': { settings: settings({ 'stop-writes-on-bgsave-error': 'yes' }) } },
    bad: {
      'as many guides have it': { settings: settings({ 'stop-writes-on-bgsave-error': 'no' }, 'file') },
    },
    other: { 'no such setting': { facts: { settings: settings({}) }, verdict: 'not-applicable' } },
  },
});
