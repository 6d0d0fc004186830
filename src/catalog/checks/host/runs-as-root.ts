import { defineCheck, failEach, fault } from '../../define-check.ts';
import { processFacts } from '../../example-facts.ts';
import { isContained } from '../../readings/listening.ts';

export default defineCheck({
  title: 'The server runs as root',
  severity: 'high',
  why: 'Whatever an intruder gets the server to do, root does: write crontabs and SSH keys, load modules, read every file. All known worms live from servers that run as root; as a user of its own, the same hole ends in the data folder.',
  remedy:
    'Run it as a user of its own (User=redis in the unit, --user in a container, the official image does so by itself), and give that user the data folder.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['process'],
  uses: ['container'],
  judge({ process: { uid, pid } }, { container }) {
    if (uid !== 0) return failEach([]);
    const contained = isContained(container);
    const wide = container.known && container.value !== 'none' && container.value.privileged === true;
    return failEach([
      fault(
        `process ${pid} has user id 0${contained ? ', inside a container' : ''}`,
        [{ kind: 'run-as', user: 'redis' }],
        { severity: contained && !wide ? 'medium' : 'high' },
      ),
    ]);
  },
  examples: {
    good: { 'a user of its own': { process: processFacts() } },
    bad: {
      'started from rc.local': { process: processFacts({ uid: 0, user: 'root', gid: 0, group: 'root' }) },
      'in a container': {
        process: processFacts({ uid: 0, user: 'root' }),
        container: { kind: 'docker', privileged: false },
      },
      'in a privileged one': {
        process: processFacts({ uid: 0, user: 'root' }),
        container: { kind: 'docker', privileged: true },
      },
    },
  },
});
