import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'A script that does not end cannot be stopped',
  severity: 'low',
  why: 'Only after busy-reply-threshold (lua-time-limit before 7.0) does the server listen to SCRIPT KILL while a script runs. At 0 it never does: one endless loop of anybody who may send scripts stops the server for good.',
  remedy: 'Set busy-reply-threshold 5000, the default (lua-time-limit 5000 before 7.0).',
  links: ['https://redis.io/docs/latest/commands/script-kill/'],
  needs: ['settings'],
  judge({ settings: values }) {
    const name = ['busy-reply-threshold', 'lua-time-limit'].find((one) => textOf(values, one) !== undefined);
    if (name === undefined) return notApplicable('the server has no such setting');
    if (Number(textOf(values, name)) > 0) return pass;
    return failEach([
      fault(`${name} is ${textOf(values, name) ?? ''}`, [{ kind: 'setting', name, value: '5000' }], {
        where: values[name]?.where,
        opens: { can: ['stop'] },
      }),
    ]);
  },
  examples: {
    good: {
      'as installed': { settings: settings({ 'busy-reply-threshold': '5000', 'lua-time-limit': '5000' }) },
    },
    bad: {
      'no limit': { settings: settings({ 'busy-reply-threshold': '0' }) },
      'before 7.0': { settings: settings({ 'lua-time-limit': '0' }, 'file') },
    },
    other: { 'no such setting': { facts: { settings: settings({}) }, verdict: 'not-applicable' } },
  },
});
