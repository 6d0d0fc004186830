import { defineCheck, failEach, fault } from '../../define-check.ts';
import { aclFile, user } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server cannot load its ACL file',
  severity: 'medium',
  why: 'One wrong line and the server refuses the whole file: it does not start, and ACL LOAD keeps what is in memory. The running server may work for months, until a restart.',
  remedy:
    'Correct the line of the ACL file, then try it with ACL LOAD while the old users are still in memory (before 7.2 it drops every connection).',
  links: ['https://redis.io/docs/latest/commands/acl-load/'],
  needs: ['aclFile'],
  judge({ aclFile: { problems } }) {
    const [first, ...more] = problems;
    if (first === undefined) return failEach([]);
    const { file, line, reason } = first;
    // A file that is no ACL file at all has a problem a line: one finding says it.
    const others =
      more.length === 0 ? '' : `; and lines ${listed([...new Set(more.map((one) => `${one.line}`))])}`;
    return failEach([
      fault(`line ${line}: ${reason}${others}`, [{ kind: 'investigate', what: `line ${line} of ${file}` }], {
        where: { file, line },
        severity: problems.some(({ fatal }) => fatal) ? 'medium' : 'low',
      }),
    ]);
  },
  examples: {
    good: { loads: { aclFile: aclFile([user('app')]) } },
    bad: {
      'a command that does not exist': {
        aclFile: aclFile(
          [],
          [
            {
              file: '/etc/redis/users.acl',
              line: 3,
              column: 20,
              reason: 'Unknown command or category name in ACL',
              fatal: true,
            },
          ],
        ),
      },
    },
  },
});
