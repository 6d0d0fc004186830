import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { closing } from '../../readings/closing.ts';
import { file } from '../../example-facts.ts';
import { othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Every user of the host may read the log',
  severity: 'info',
  why: 'The log tells addresses, versions, file names and when the server was restarted, and after a crash whole commands with keys and values.',
  remedy:
    'Close the log file to others: chmod 640, with the group of those who read it, or keep others out of its folder; mind what logrotate creates.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files'],
  uses: ['process'],
  judge({ files }, { process }) {
    const found = present(files, 'log').filter(({ kind }) => kind === 'file');
    if (found.length === 0) return notApplicable('no log file is there');
    return failEach(
      found
        .filter(({ mode }) => othersMay('read', mode))
        .map((one) =>
          fault(`${one.path} has mode ${one.mode}`, [closing(one, process)], {
            where: { file: one.path },
          }),
        ),
    );
  },
  examples: {
    good: {
      'owner and group': { files: [file('/var/log/redis/redis-server.log', 'log', { mode: '0640' })] },
    },
    bad: { everybody: { files: [file('/var/log/redis/redis-server.log', 'log', { mode: '0644' })] } },
    other: {
      '/dev/null is no file': {
        facts: { files: [file('/dev/null', 'log', { kind: 'other', mode: '0666' })] },
        verdict: 'not-applicable',
      },
    },
  },
});
