import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'A crash writes keys and values into the log',
  severity: 'info',
  why: 'The report of a crash holds the command that ran and the client’s data, and logs are shipped to places where the data may not go. Redis 8 and Valkey 8 can leave them out; Valkey does so by default.',
  remedy: 'Set hide-user-data-from-log yes, unless you are hunting a crash.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/debugging/'],
  needs: ['settings'],
  uses: ['identity'],
  judge({ settings: values }, { identity: who }) {
    if (who.known && who.value.mode === 'sentinel') return notApplicable('a Sentinel holds no data');
    const hidden = textOf(values, 'hide-user-data-from-log');
    if (hidden === undefined) return notApplicable('this version cannot leave them out');
    if (hidden !== 'no') return pass;
    if (values['hide-user-data-from-log']?.from === 'default' && who.known && who.value.version === undefined)
      return undecided('the file does not say, and the default depends on the version');
    return failEach([
      fault(
        'hide-user-data-from-log is no',
        [{ kind: 'setting', name: 'hide-user-data-from-log', value: 'yes' }],
        {
          where: values['hide-user-data-from-log']?.where,
        },
      ),
    ]);
  },
  examples: {
    good: { hidden: { settings: settings({ 'hide-user-data-from-log': 'yes' }) } },
    bad: { 'Redis 8 as installed': { settings: settings({ 'hide-user-data-from-log': 'no' }) } },
    other: { 'an older version': { facts: { settings: settings({}) }, verdict: 'not-applicable' } },
  },
});
