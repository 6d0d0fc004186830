import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { file, processFacts } from '../../example-facts.ts';
import { othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'The server’s program or a module may be overwritten',
  severity: 'high',
  why: 'What is written there runs at the next start. If the server’s own user may write it, an intruder who got in once stays across restarts and upgrades.',
  remedy:
    'Give the program and its modules to root, with mode 755: chown root:root and chmod go-w. Install from a package where there is one.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files'],
  uses: ['process'],
  judge({ files }, { process }) {
    const found = present(files, 'binary', 'module');
    if (found.length === 0) return notApplicable('the program was not seen');
    const runner = process.known && process.value.uid !== 0 ? process.value.user : undefined;
    return failEach(
      found.flatMap(({ path, mode, owner }) => {
        const goals = [{ kind: 'file', path, mode: '0755', owner: 'root' } as const];
        const where = { file: path };
        if (othersMay('write', mode))
          return [fault(`${path} has mode ${mode}: everybody may write it`, goals, { where })];
        if (owner === runner)
          return [
            fault(`${path} belongs to ${owner}, as whom the server runs`, goals, { where, severity: 'low' }),
          ];
        return [];
      }),
    );
  },
  examples: {
    good: {
      'from a package': {
        files: [file('/usr/bin/redis-server', 'binary', { owner: 'root', group: 'root', mode: '0755' })],
        process: processFacts(),
      },
      'built by somebody else': {
        files: [file('/opt/redis/redis-server', 'binary', { owner: 'deploy', mode: '0755' })],
        process: processFacts(),
      },
    },
    bad: {
      'open to all': {
        files: [file('/usr/local/bin/redis-server', 'binary', { owner: 'root', mode: '0777' })],
      },
      'a module of the server’s own user': {
        files: [file('/var/lib/redis/search.so', 'module', { owner: 'redis', mode: '0755' })],
        process: processFacts(),
      },
    },
    other: { 'not seen': { facts: { files: [] }, verdict: 'not-applicable' } },
  },
});
