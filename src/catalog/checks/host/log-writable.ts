import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { closing } from '../../readings/closing.ts';
import { file } from '../../example-facts.ts';
import { othersMay, present } from '../../readings/modes.ts';

export default defineCheck({
  title: 'Every user of the host may write the log',
  severity: 'medium',
  why: 'Traces can be wiped or invented, and a log that is swapped for a link makes the server write where the link leads.',
  remedy:
    'Take the right to write the log from others: chmod 640, in a folder that only the server’s user may write into.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['files'],
  uses: ['process'],
  judge({ files }, { process }) {
    const found = present(files, 'log').filter(({ kind }) => kind === 'file');
    if (found.length === 0) return notApplicable('no such file is there');
    return failEach(
      found
        .filter(({ mode }) => othersMay('write', mode))
        .map((one) =>
          fault(`${one.path} has mode ${one.mode}`, [closing(one, process)], {
            where: { file: one.path },
          }),
        ),
    );
  },
  examples: {
    good: { 'owner and group': { files: [file('/var/log/redis/redis-server.log', 'log')] } },
    bad: { everybody: { files: [file('/var/log/redis.log', 'log', { mode: '0666' })] } },
    other: {
      none: {
        facts: { files: [file('/etc/redis/x', 'log', { kind: 'missing', mode: '' })] },
        verdict: 'not-applicable',
      },
    },
  },
});
