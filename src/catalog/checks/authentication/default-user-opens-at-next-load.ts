import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { aclFile, user } from '../../example-facts.ts';

export default defineCheck({
  title: 'The ACL file leaves the default user open',
  severity: 'high',
  why: 'A user default that the ACL file does not name comes back as it was made: on, nopass, all commands, all keys. The running server may have it closed; the next restart or ACL LOAD opens it.',
  remedy:
    'Write the default user into the ACL file (ACL SAVE does it), as `user default resetpass off` or with a hashed password.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/',
    'https://redis.io/docs/latest/commands/acl-load/',
  ],
  needs: ['aclFile', 'users'],
  judge({ aclFile: { path, users: saved }, users }) {
    const now = users.find(({ name }) => name === 'default');
    if (now?.enabled && now.noPassword)
      return notApplicable('user default is open already, which default-user-open says');
    const next = saved.find(({ name }) => name === 'default');
    if (next && !(next.enabled && next.noPassword)) return failEach([]);
    return failEach([
      fault(
        next
          ? `${path} opens user default, which is closed now`
          : `${path} has no line for user default, which is closed now`,
        [
          now?.enabled
            ? {
                kind: 'investigate',
                what: 'which password of user default goes into the ACL file (ACL SAVE)',
              }
            : { kind: 'user', name: 'default', rules: ['resetpass', 'off'] },
        ],
        { where: next?.where ?? { file: path } },
      ),
    ]);
  },
  examples: {
    good: {
      'named and off': {
        aclFile: aclFile([user('default', { enabled: false, passwords: [] }), user('app')]),
        users: [user('default', { enabled: false, passwords: [] }), user('app')],
      },
    },
    bad: {
      'closed with CONFIG SET requirepass': {
        aclFile: aclFile([user('app')]),
        users: [user('default'), user('app')],
      },
      'never saved': {
        aclFile: aclFile([user('default', { noPassword: true, passwords: [] })]),
        users: [user('default', { enabled: false, passwords: [] })],
      },
    },
    other: {
      'open as it is': {
        facts: {
          aclFile: aclFile([user('app')]),
          users: [user('default', { noPassword: true, passwords: [] })],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
