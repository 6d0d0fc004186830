import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

const defaults = { 'proto-max-bulk-len': 536_870_912, 'client-query-buffer-limit': 1_073_741_824 } as const;
const names = Object.keys(defaults) as readonly (keyof typeof defaults)[];

export default defineCheck({
  title: 'Single requests may be larger than by default',
  severity: 'low',
  why: 'A request is held in memory whole. Several overflows of the last years (CVE-2021-41099, CVE-2021-32761 and their kin) could be reached only where proto-max-bulk-len had been raised above 512 MB.',
  remedy: 'Put proto-max-bulk-len 512mb and client-query-buffer-limit 1gb back; split values that need more.',
  links: ['https://www.cve.org/CVERecord?id=CVE-2021-41099'],
  needs: ['settings'],
  judge({ settings: values }) {
    const set = names.filter((name) => textOf(values, name) !== undefined);
    if (set.length === 0) return notApplicable('the server has no such settings');
    return failEach(
      set
        .filter((name) => Number(textOf(values, name)) > defaults[name])
        .map((name) =>
          fault(
            `${name} is ${textOf(values, name) ?? ''}`,
            [{ kind: 'setting', name, value: String(defaults[name]) }],
            {
              where: values[name]?.where,
            },
          ),
        ),
    );
  },
  examples: {
    good: {
      'as installed': {
        settings: settings({ 'proto-max-bulk-len': '536870912', 'client-query-buffer-limit': '1073741824' }),
      },
      less: { settings: settings({ 'proto-max-bulk-len': '1048576' }) },
    },
    bad: { 'two gigabytes': { settings: settings({ 'proto-max-bulk-len': '2147483648' }) } },
    other: { 'an old server': { facts: { settings: settings({}) }, verdict: 'not-applicable' } },
  },
});
