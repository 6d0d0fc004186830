import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { conf, identity } from '../../example-facts.ts';

export default defineCheck({
  title: 'Whoever reaches the Sentinel may choose a program that it runs',
  severity: 'critical',
  why: 'With deny-scripts-reconfig no, SENTINEL SET changes notification-script and client-reconfig-script, which Sentinel runs on this host at the next event. That is running code by command.',
  remedy: 'Set `sentinel deny-scripts-reconfig yes`, the default, in the file and restart the Sentinel.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/'],
  needs: ['conf', 'identity'],
  judge({ conf: { sentinel, lines }, identity: { mode } }) {
    if (!sentinel && mode !== 'sentinel') return notApplicable('the server is no Sentinel');
    const last = lines.findLast(
      ({ name, args: [what] }) =>
        name === 'sentinel' && typeof what === 'string' && what.toLowerCase() === 'deny-scripts-reconfig',
    );
    if (last?.args[1] !== 'no') return failEach([]);
    return failEach([
      fault(
        'sentinel deny-scripts-reconfig is no',
        [{ kind: 'setting', name: 'sentinel deny-scripts-reconfig', value: 'yes' }],
        {
          opens: { can: ['execute'] },
          where: { file: last.file, line: last.line },
        },
      ),
    ]);
  },
  examples: {
    good: {
      'the default': { conf: conf({ sentinel: true }), identity: identity({ mode: 'sentinel' }) },
      'the last line counts': {
        conf: conf({
          sentinel: true,
          lines: [
            {
              name: 'sentinel',
              args: ['deny-scripts-reconfig', 'no'],
              file: '/etc/redis/sentinel.conf',
              line: 3,
            },
            {
              name: 'sentinel',
              args: ['deny-scripts-reconfig', 'yes'],
              file: '/etc/redis/sentinel.conf',
              line: 9,
            },
          ],
        }),
        identity: identity({ mode: 'sentinel' }),
      },
    },
    bad: {
      'switched off': {
        conf: conf({
          sentinel: true,
          lines: [
            {
              name: 'sentinel',
              args: ['deny-scripts-reconfig', 'no'],
              file: '/etc/redis/sentinel.conf',
              line: 3,
            },
          ],
        }),
        identity: identity({ mode: 'sentinel' }),
      },
    },
    other: { 'a data node': { facts: { conf: conf(), identity: identity() }, verdict: 'not-applicable' } },
  },
});
