import { defineCheck, failEach, fault } from '../../define-check.ts';
import { rootLike } from '../../readings/capabilities.ts';
import { listed } from '../../readings/values.ts';
import { processFacts } from '../../example-facts.ts';
import { isContained } from '../../readings/listening.ts';

export default defineCheck({
  title: 'The server runs as root',
  severity: 'high',
  why: 'Whatever an intruder gets the server to do, root does: write crontabs and SSH keys, load modules, read every file. All known worms live from servers that run as root; as a user of its own, the same hole ends in the data folder.',
  remedy:
    'Run the server as a user of its own (User=redis in the unit; --user in a container, though the official image does so by itself), after its data, log and ACL files were given to that user: chown -R redis.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['process'],
  uses: ['container'],
  judge({ process: { uid, pid, capabilities } }, { container }) {
    if (uid !== 0) return failEach([]);
    const contained = isContained(container);
    const privileged = container.known && container.value !== 'none' && container.value.privileged === true;
    // What the engine takes away by default is what makes root in a container less than root.
    const grave = contained && !privileged ? capabilities.filter((name) => rootLike.has(name)) : [];
    return failEach([
      fault(
        `process ${pid} has user id 0${contained ? ', inside a container' : ''}${grave.length > 0 ? `, with ${listed(grave, 4)}` : ''}`,
        [{ kind: 'run-as', user: 'redis' }],
        { severity: contained && !privileged && grave.length === 0 ? 'medium' : 'high' },
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
      'in a container, with more than the usual set': {
        process: processFacts({ uid: 0, user: 'root', capabilities: ['CAP_CHOWN', 'CAP_SYS_ADMIN'] }),
        container: { kind: 'docker' },
      },
      'in a privileged one': {
        process: processFacts({ uid: 0, user: 'root' }),
        container: { kind: 'docker', privileged: true },
      },
    },
  },
});
