import { defineCheck, failEach, fault } from '../../define-check.ts';
import { secret, user } from '../../example-facts.ts';

export default defineCheck({
  title: 'A password is the empty text',
  severity: 'critical',
  why: '`>` with nothing behind it, often a template whose variable was not filled in, sets a password of no characters. AUTH with an empty text then succeeds, and the server says that the user has a password.',
  remedy:
    'Take the empty password away (ACL SETUSER name resetpass >…) and make the template fail when its variable is empty.',
  links: ['https://redis.io/docs/latest/commands/acl-setuser/'],
  needs: ['users'],
  judge: ({ users }) =>
    failEach(
      users
        .filter(
          ({ enabled, noPassword, passwords }) =>
            enabled && !noPassword && passwords.some(({ strength }) => strength === 'empty'),
        )
        .map(({ name, where }) =>
          fault(`user ${name} logs in with an empty password`, [{ kind: 'new-password', of: name }], {
            opens: { as: name },
            where,
          }),
        ),
    ),
  examples: {
    good: {
      'a real one': { users: [user('app')] },
      'requirepass "" means none, which default-user-open says': {
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      off: { users: [user('app', { enabled: false, passwords: [secret('empty')] })] },
    },
    bad: {
      'a variable that was not filled in': { users: [user('app', { passwords: [secret('empty')] })] },
      'beside a good one': { users: [user('default', { passwords: [secret('strong'), secret('empty')] })] },
    },
  },
});
