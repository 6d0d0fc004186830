import { defineCheck, fail, notApplicable, pass } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Failed logins and denied commands leave no trace',
  severity: 'low',
  why: 'The server writes failed logins to no log file. ACL LOG, in memory, is the only place where they and denied commands can be seen; with a length of 0 nobody ever learns that passwords are being tried.',
  remedy: 'Set acllog-max-len to 128 or more, and let something read ACL LOG before it rolls over.',
  links: ['https://redis.io/docs/latest/commands/acl-log/'],
  needs: ['settings'],
  judge({ settings: values }) {
    const length = textOf(values, 'acllog-max-len');
    if (length === undefined) return notApplicable('the server has no ACL LOG');
    return length === '0'
      ? fail('acllog-max-len is 0', { kind: 'setting', name: 'acllog-max-len', value: '128' })
      : pass;
  },
  examples: {
    good: { 'as installed': { settings: settings({ 'acllog-max-len': '128' }) } },
    bad: { 'switched off': { settings: settings({ 'acllog-max-len': '0' }) } },
    other: { 'before 6.0': { facts: { settings: settings({ bind: '*' }) }, verdict: 'not-applicable' } },
  },
});
