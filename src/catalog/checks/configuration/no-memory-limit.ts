import { defineCheck, fail, notApplicable, pass } from '../../define-check.ts';
import { identity, settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server’s memory has no limit',
  severity: 'low',
  why: 'Whoever may write can fill the memory of the host, until the kernel kills the server, or something else that runs there. A limit makes the server refuse or evict instead.',
  remedy:
    'Set maxmemory below what the host (or the container’s limit) can spare, with room for forks and buffers, and choose a maxmemory-policy.',
  links: ['https://redis.io/docs/latest/develop/reference/eviction/'],
  needs: ['settings'],
  uses: ['identity'],
  judge({ settings: values }, { identity: who }) {
    if (who.known && who.value.mode === 'sentinel') return notApplicable('a Sentinel holds no data');
    const limit = textOf(values, 'maxmemory');
    if (limit === undefined) return notApplicable('the server has no such setting');
    return limit === '0'
      ? fail('maxmemory is 0', {
          kind: 'setting',
          name: 'maxmemory',
          ask: 'what the host can spare, forks and buffers left aside',
        })
      : pass;
  },
  examples: {
    good: { 'a limit': { settings: settings({ maxmemory: '2147483648' }) } },
    bad: { 'as installed': { settings: settings({ maxmemory: '0' }) } },
    other: {
      'a Sentinel': {
        facts: { settings: settings({ maxmemory: '0' }), identity: identity({ mode: 'sentinel' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
