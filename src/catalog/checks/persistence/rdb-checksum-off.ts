import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Dumps are written and loaded without a checksum',
  severity: 'low',
  why: 'A dump that rotted on disk, was cut off or was edited is loaded as if it were whole, and what it then does to the server nobody has tried.',
  remedy:
    'Set rdbchecksum yes in the configuration file and restart: it costs about a tenth of the time to save.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/'],
  needs: ['settings'],
  judge({ settings: values }) {
    const value = textOf(values, 'rdbchecksum');
    if (value === undefined) return notApplicable('the server has no such setting');
    if (value !== 'no') return pass;
    return failEach([
      fault('rdbchecksum is no', [{ kind: 'setting', name: 'rdbchecksum', value: 'yes' }], {
        where: values['rdbchecksum']?.where,
      }),
    ]);
  },
  examples: {
    good: { 'as installed': { settings: settings({ rdbchecksum: 'yes' }) } },
    bad: { 'for speed': { settings: settings({ rdbchecksum: 'no' }, 'file') } },
    other: { 'no such setting': { facts: { settings: settings({}) }, verdict: 'not-applicable' } },
  },
});
