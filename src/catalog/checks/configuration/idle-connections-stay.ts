import { defineCheck, fail, notApplicable, pass } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Dead connections are never closed',
  severity: 'low',
  why: 'Without timeout and without TCP keepalive a connection whose other end is gone stays for ever. They add up to maxclients, and then nobody gets in; a few hosts that connect and fall silent do the same on purpose.',
  remedy:
    'Set tcp-keepalive 300, the default since 3.2; timeout only where no client keeps idle connections.',
  links: ['https://redis.io/docs/latest/develop/reference/clients/'],
  needs: ['settings'],
  judge({ settings: values }) {
    const keepalive = textOf(values, 'tcp-keepalive');
    if (keepalive === undefined) return notApplicable('the server has no such setting');
    return keepalive === '0' && textOf(values, 'timeout') === '0'
      ? fail('timeout is 0 and tcp-keepalive is 0', { kind: 'setting', name: 'tcp-keepalive', value: '300' })
      : pass;
  },
  examples: {
    good: {
      'as installed': { settings: settings({ timeout: '0', 'tcp-keepalive': '300' }) },
      'idle ones are closed': { settings: settings({ timeout: '600', 'tcp-keepalive': '0' }) },
    },
    bad: { 'the sample file of 2.8': { settings: settings({ timeout: '0', 'tcp-keepalive': '0' }, 'file') } },
    other: { 'before 2.8': { facts: { settings: settings({ timeout: '0' }) }, verdict: 'not-applicable' } },
  },
});
