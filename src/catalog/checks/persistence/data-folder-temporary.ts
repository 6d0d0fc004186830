import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { identity, settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

const temporary = /^(?:\/private)?\/(?:tmp|var\/tmp|dev\/shm|run\/shm|run|var\/run)(?:\/|$)/;

export default defineCheck({
  title: 'The data folder lies among temporary files',
  severity: 'medium',
  why: 'Everybody may write there, so another user can put a dump or a link under the name that the server uses; and the system empties such folders at a restart, or when a file grew old.',
  remedy:
    'Move the data to a folder of the server’s own, such as /var/lib/redis with mode 750: save, stop, move the files, set dir in the configuration file, start.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/'],
  needs: ['settings'],
  uses: ['identity'],
  judge({ settings: values }, { identity: who }) {
    const dir = textOf(values, 'dir');
    if (dir === undefined || dir === '') return notApplicable('the data folder is not known');
    if (!temporary.test(dir)) return pass;
    const sentinel = who.known && who.value.mode === 'sentinel';
    const saves = textOf(values, 'save') !== '' || textOf(values, 'appendonly') === 'yes';
    return failEach([
      fault(
        `dir is ${dir}`,
        [{ kind: 'setting', name: 'dir', ask: 'a folder of the server’s own, such as /var/lib/redis' }],
        {
          where: values.dir?.where,
          // The sample sentinel.conf says /tmp, and a Sentinel saves nothing there.
          severity: sentinel || !saves ? 'info' : 'medium',
        },
      ),
    ]);
  },
  examples: {
    good: {
      'its own': { settings: settings({ dir: '/var/lib/redis' }) },
      'the name only begins so': { settings: settings({ dir: '/tmpdata' }) },
    },
    bad: {
      '/tmp': { settings: settings({ dir: '/tmp', save: '3600 1' }) },
      'the sample sentinel.conf': {
        settings: settings({ dir: '/tmp' }, 'file'),
        identity: identity({ mode: 'sentinel' }),
      },
    },
    other: { 'not known': { facts: { settings: settings({}) }, verdict: 'not-applicable' } },
  },
});
