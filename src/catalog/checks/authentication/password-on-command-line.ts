import { defineCheck, failEach, fault } from '../../define-check.ts';
import { processFacts } from '../../example-facts.ts';

export default defineCheck({
  title: 'A password stands on the server’s command line',
  severity: 'medium',
  why: 'Every user of the host reads it with ps or from /proc, and it stays in shell history, in docker inspect and in compose files.',
  remedy:
    'Move the password from the command line into a file that only the server’s user can read (an ACL file with hashes, or an included configuration file), restart, and change the password: it has been seen.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/config/'],
  needs: ['process'],
  judge: ({ process: { secretArguments, pid } }) =>
    failEach(
      [...new Set(secretArguments)].map((argument) => {
        const of = argument.includes('masterauth') ? 'the replication user' : 'default';
        return fault(`${argument} on the command line of process ${pid}`, [{ kind: 'new-password', of }]);
      }),
    ),
  examples: {
    good: { 'a configuration file': { process: processFacts() } },
    bad: {
      'as in many compose files': {
        process: processFacts({
          argv: ['redis-server', '--requirepass', '***'],
          secretArguments: ['--requirepass'],
        }),
      },
    },
  },
});
