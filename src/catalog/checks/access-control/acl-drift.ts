import { defineCheck, failEach, fault } from '../../define-check.ts';
import { aclFile, conf, user } from '../../example-facts.ts';

export default defineCheck({
  title: 'A user’s rights differ between the file and the running server',
  severity: 'medium',
  why: 'What was changed with ACL SETUSER and not saved is lost at the next restart; what was edited in the file and not loaded is not in force. A right added only in memory is also what an intruder leaves.',
  remedy:
    'Decide which side of the user’s rights is meant: ACL SAVE (or CONFIG REWRITE) keeps the running ones, ACL LOAD brings in the file’s (and drops clients: all of them before 7.2).',
  links: ['https://redis.io/docs/latest/commands/acl-save/'],
  needs: ['drift'],
  uses: ['aclFile', 'conf'],
  judge({ drift }, { aclFile: acl, conf: file }) {
    const saved = acl.known ? acl.value.users : file.known ? file.value.users : undefined;
    return failEach(
      drift
        .filter(({ kind }) => kind === 'user')
        // One that no file has is a check of its own: unknown-users.
        .filter(
          ({ name }) =>
            saved === undefined || name === 'default' || saved.some((user_) => user_.name === name),
        )
        .map(({ name, between: [there, here], there: was, here: is }) => {
          const where = saved?.find((user_) => user_.name === name)?.where;
          return fault(
            `user ${name}: ${there} ${was}; ${here} ${is}`,
            [{ kind: 'investigate', what: `which rights of ${name} are meant` }],
            { where },
          );
        }),
    );
  },
  examples: {
    good: {
      'the same': { drift: [] },
      'a setting is another matter': {
        drift: [
          { kind: 'setting', name: 'bind', between: ['file', 'runtime'], there: '127.0.0.1', here: '*' },
        ],
      },
      'in no file, which unknown-users says': {
        drift: [
          {
            kind: 'user',
            name: 'ghost',
            between: ['aclfile', 'runtime'],
            there: 'nothing',
            here: 'on +@all',
          },
        ],
        aclFile: aclFile([user('app')]),
      },
    },
    bad: {
      'a right more in memory': {
        drift: [
          { kind: 'user', name: 'app', between: ['aclfile', 'runtime'], there: '+@read', here: '+@all' },
        ],
        aclFile: aclFile([user('app')]),
      },
      'in redis.conf': {
        drift: [
          {
            kind: 'user',
            name: 'app',
            between: ['conf', 'runtime'],
            there: 'a password',
            here: 'another password',
          },
        ],
        conf: conf({ users: [user('app')] }),
      },
    },
  },
});
